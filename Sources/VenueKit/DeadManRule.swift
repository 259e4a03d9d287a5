import TradingModel

/// How a venue's dead-man switch is used: the venue cancels every order of the account when it has not
/// heard from the node for `window`.
public struct DeadManRule: Hashable, Sendable {
    /// What the venue waits for.
    public enum Trigger: String, Sendable, CaseIterable {
        /// A countdown that every request sets anew (OKX `cancel-all-after`, Kraken
        /// `CancelAllOrdersAfter`). It fires once and is then off.
        case timer
        /// The private stream: the countdown starts when the last subscribed connection is lost (Bybit DCP).
        /// The request only sets how long it runs; no request switches it off.
        case disconnection
    }

    public var trigger: Trigger
    /// Whole seconds.
    public var window: Span
    /// How often it is set anew; at most half of `window`, so that one lost request costs nothing.
    public var refresh: Span

    public init(trigger: Trigger, window: Span, refresh: Span) {
        precondition(window > .zero && refresh > .zero && refresh * 2 <= window, "two refreshes a window")
        self.trigger = trigger
        self.window = window
        self.refresh = refresh
    }
}
