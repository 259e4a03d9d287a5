import CWebSockets

/// What happens on a descriptor that a socket lane watches. All calls arrive on the lane.
protocol DescriptorHandler: AnyObject, Sendable {
    /// There is something to read, or the connection failed: reading tells which.
    func descriptorReadable(_ watch: DescriptorWatch)
    /// Asked for with `SocketLane.notifyWhenWritable`; once per request.
    func descriptorWritable(_ watch: DescriptorWatch)
    /// The descriptor is closed, by `SocketLane.release` or because the lane ends. The last call.
    func descriptorGone(_ watch: DescriptorWatch)
}

/// A descriptor in a socket lane's loop. The lane owns the descriptor and closes it.
final class DescriptorWatch: @unchecked Sendable {
    let descriptor: Int32
    /// The loop's handle; `nil` once the descriptor is gone.
    fileprivate(set) var loopHandle: OpaquePointer?
    fileprivate var handler: (any DescriptorHandler)?
    /// Whether the handler asked for writability from inside its own writability call: libwebsockets clears
    /// the request when that call returns, so the lane repeats it before it waits again.
    var wantsWritability = false
    var isReleased = false

    init(descriptor: Int32, handler: any DescriptorHandler) {
        self.descriptor = descriptor
        self.handler = handler
    }

    /// Puts the descriptor into the loop of `host`. On failure libwebsockets has closed the descriptor.
    func join(_ host: OpaquePointer, protocolName: UnsafePointer<CChar>) -> Bool {
        let retained = Unmanaged.passRetained(self)
        var description = lws_adopt_desc_t()
        description.vh = host
        description.type = LWS_ADOPT_RAW_FILE_DESC
        description.fd = lws_sock_file_fd_type(filefd: descriptor)
        description.vh_prot_name = protocolName
        description.opaque = retained.toOpaque()
        loopHandle = lws_adopt_descriptor_vhost_via_info(&description)
        if loopHandle == nil && handler != nil {
            // Refused before the loop knew it, so that the closing callback did not come.
            handler = nil
            retained.release()
        }
        return loopHandle != nil
    }
}

/// Every event of every watched descriptor comes through here. File-scope: see `LaneThread`.
func descriptorEvent(
    _ handle: OpaquePointer?, _ reason: lws_callback_reasons, _ user: UnsafeMutableRawPointer?,
    _ input: UnsafeMutableRawPointer?, _ length: Int
) -> Int32 {
    switch reason {
    case LWS_CALLBACK_RAW_RX_FILE, LWS_CALLBACK_RAW_WRITEABLE_FILE, LWS_CALLBACK_RAW_CLOSE_FILE: break
    default: return 0
    }
    guard let handle, let opaque = lws_get_opaque_user_data(handle) else { return 0 }
    let reference = Unmanaged<DescriptorWatch>.fromOpaque(opaque)
    let watch = reference.takeUnretainedValue()
    switch reason {
    case LWS_CALLBACK_RAW_RX_FILE:
        if !watch.isReleased { watch.handler?.descriptorReadable(watch) }
    case LWS_CALLBACK_RAW_WRITEABLE_FILE:
        if !watch.isReleased { watch.handler?.descriptorWritable(watch) }
    default:
        lws_set_opaque_user_data(handle, nil)
        watch.loopHandle = nil
        watch.isReleased = true
        let handler = watch.handler
        watch.handler = nil
        handler?.descriptorGone(watch)
        reference.release()
    }
    return 0
}
