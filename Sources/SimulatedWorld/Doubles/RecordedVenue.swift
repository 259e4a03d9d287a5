import TradingModel

extension DoubleCatalog {
    /// A recording with accounts beside it: funded, without orders, in books that nobody else moves, so that
    /// the private endpoints and streams answer as the venue's while the market data is the recorded one.
    /// Venues without a double (`binance-usdm`, `coinbase`) have market data alone.
    public static func play(
        _ recording: Recording, speed: PlaybackSpeed, instruments: [DoubleInstrument],
        accounts: [DoubleAccountSpec], start: Moment
    ) -> RecordingDouble {
        let quiet = make(
            venue: recording.venue, seed: 0, instruments: instruments, accounts: accounts, start: start,
            withMarket: false)
        return RecordingDouble(recording, speed: speed, account: quiet)
    }

    /// The same with one account.
    public static func play(
        _ recording: Recording, speed: PlaybackSpeed, instruments: [DoubleInstrument],
        account: DoubleAccountSpec, start: Moment
    ) -> RecordingDouble {
        play(recording, speed: speed, instruments: instruments, accounts: [account], start: start)
    }
}
