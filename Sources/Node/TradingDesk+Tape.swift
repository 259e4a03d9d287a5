import Engine
import Ports
import Tape
import TradingModel

/// What the desk knows of its run's tape.
struct RunningTape {
    var recorder: TapeRecorder
    let keeper: TapeKeeper
    /// A block is on its way; the next one waits for its answer, so that they stay in order.
    var isWriting = false
    var nextBlock: Moment

    /// Written at the latest this long after it happened.
    static let patience = Span.seconds(1)
    /// Written at once when so much waits.
    static let block = 128 << 10
    /// A disk that is so far behind is given up.
    static let most = 64 << 20
}

// All that the engine is told goes through `tell`, book messages apart (`market`), so that a run can be told
// again.
extension TradingDesk {
    func tell(_ event: EngineEvent, at now: Moment) {
        if case .placeAnswered = event, planted(.untapedAnswers) {
            // Put in to see that it is noticed.
        } else {
            tape?.recorder.event(event, at: now)
        }
        engine.process(event, at: now)
    }

    /// Called on every beat.
    func writeTape() {
        guard let waiting = tape?.recorder.waiting, waiting > 0 else { return }
        let now = world.time.now
        if tape?.isWriting == true {
            if waiting > RunningTape.most { loseTape("its disk is \(waiting >> 20) MiB behind") }
        } else if waiting >= RunningTape.block || now >= tape?.nextBlock ?? now {
            handOver(at: now)
        }
    }

    private func handOver(at now: Moment) {
        guard let keeper = tape?.keeper, let block = tape?.recorder.takeBlock() else { return }
        tape?.isWriting = true
        tape?.nextBlock = now + RunningTape.patience
        Task(executorPreference: lane) {
            let fault = await keeper.append(block)
            await self.wroteTape(fault)
        }
    }

    private func wroteTape(_ fault: String?) {
        tape?.isWriting = false
        if let fault { loseTape(fault) }
    }

    /// A tape with a hole tells nothing of what came after it: it ends here.
    private func loseTape(_ why: String) {
        guard let keeper = tape?.keeper else { return }
        tape = nil
        Task(executorPreference: lane) { await keeper.close() }
        note(
            .diskLow, .warning, nil,
            "the tape of this run ends here and trading goes on: \(why); make room under the data directory, "
                + "the next start begins a new one")
    }

    /// Nothing more is told to the engine: what is left is written.
    func endTape(by deadline: Moment) async {
        tape?.recorder.ended()
        while tape?.isWriting == true, world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(5)) } catch { break }
        }
        guard let ending = tape, !ending.isWriting else { return }
        tape?.isWriting = true
        if let block = tape?.recorder.takeBlock(), let fault = await ending.keeper.append(block) {
            return loseTape(fault)
        }
        await ending.keeper.close()
        tape = nil
    }
}
