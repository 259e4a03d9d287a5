import ArgumentParser
import Audit
import Configuration
import Control
import Foundation
import Reports
import Risk
import TradingModel

/// `arbnode report`: what a day, a week or a month came to, from the figures of a data directory.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "What a day, a week or a month came to, from the figures that a node kept.",
        discussion: """
            Profit, Sharpe and Sortino ratio (for a year, of hourly or daily returns), drawdown, hedge \
            times, latency, venues with what their fees really were, incidents. --html writes one page that \
            needs nothing else, --pdf the same on paper. Days are those of UTC, or of --config.

            Example: arbnode report data/live --kind week --html week.html
            """)

    @OptionGroup var data: DataDirectory
    @Option(help: "day, week or month.") var kind: ReportPeriod.Kind = .day
    @Option(help: ArgumentHelp("A day within it (default: today), as 2026-11-28.", valueName: "date"))
    var date: String?
    @Option(help: ArgumentHelp("The configuration whose days and fees are meant.", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("Write the page there.", valueName: "file")) var html: String?
    @Option(help: ArgumentHelp("Write it as PDF there.", valueName: "file")) var pdf: String?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard date.map({ UTCTime.days($0) != nil }) ?? true else {
            throw ValidationError("--date takes a day, as 2026-11-28.")
        }
    }

    func run() throws {
        let configuration = try config.map { try NodePlanning.load($0) }
        let clock = configuration?.dayEnd.clock ?? DayClock()
        let now = Moment(nanoseconds: Int64(Date(timeIntervalSinceNow: 0).timeIntervalSince1970 * 1e9))
        let day = date.flatMap { UTCTime.days($0) } ?? clock.day(at: now)
        let period = ReportPeriod(kind, around: day, clock)
        guard let report = PeriodReport(FigureFiles(in: data.path).samples(period), period) else {
            Terminal.say("\(data.path) holds no figures of \(period.name)")
            throw ExitCode(65)
        }
        let answer = ReportAnswer(
            report, fees: configuration.map { FeeTiers($0.policy) } ?? FeeTiers(), at: now)
        if let html { try write(Data(ReportPage(answer, report).html.utf8), to: html) }
        if let pdf { try write(Data(try ReportDocument(answer, report).pdf()), to: pdf) }
        if json {
            Terminal.print(String(decoding: try ControlProtocol.line(answer), as: UTF8.self))
        } else {
            Terminal.print(answer.period + "\n" + ReportLines(answer).text)
        }
    }
}

extension ReportCommand {
    private func write(_ bytes: Data, to path: String) throws {
        do { try bytes.write(to: URL(filePath: path)) } catch {
            Terminal.say("\(path) cannot be written: \(error.localizedDescription)")
            throw ExitCode(73)
        }
    }
}

extension ReportPeriod.Kind: ExpressibleByArgument {}
