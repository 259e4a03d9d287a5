import TradingModel
extension JournaledDouble {
    var nextActivity: Moment? { .distantPast }
}
