import FoundationEssentials
import SimulatedWorld
import TradingModel

/// `--accounts FILE`: `[{"api_key","secret","passphrase","balances":{"BTC":"1.5",…}}]`, `passphrase`
/// optional.
enum AccountsFile {
    private struct Entry: Decodable {
        let api_key: String
        let secret: String
        let passphrase: String?
        let balances: [String: String]
    }

    /// All problems of the file at once. Secrets are never part of a message.
    static func read(_ path: String, venue: String) throws(Complaint) -> [DoubleAccountSpec] {
        let bytes = try Complaint.contents(of: path)
        let entries: [Entry]
        do { entries = try JSONDecoder().decode([Entry].self, from: bytes) } catch {
            throw .badData("\(path): \(AccountsFile.explanation(error))")
        }
        var problems: [String] = []
        var accounts: [DoubleAccountSpec] = []
        var keys: Set<String> = []
        for (index, entry) in entries.enumerated() {
            let place = "[\(index)]"
            if entry.api_key.isEmpty { problems.append("\(place).api_key is empty") }
            if !keys.insert(entry.api_key).inserted { problems.append("\(place).api_key is used twice") }
            if entry.secret.isEmpty { problems.append("\(place).secret is empty") }
            if venue == "kraken", Data(base64Encoded: entry.secret) == nil {
                problems.append("\(place).secret is not base64, as Kraken's are")
            }
            var funds: [(asset: String, amount: Amount)] = []
            for (asset, text) in entry.balances.sorted(by: { $0.key < $1.key }) {
                if let amount = AccountsFile.amount(text) {
                    funds.append((asset, amount))
                } else {
                    problems.append(
                        "\(place).balances.\(asset): \(text) is no decimal number from 0 to 10^15")
                }
            }
            accounts.append(
                DoubleAccountSpec(
                    apiKey: entry.api_key, secret: entry.secret, passphrase: entry.passphrase ?? "",
                    funds: funds))
        }
        if entries.isEmpty { problems.append("no account in it") }
        guard problems.isEmpty else {
            throw .badData(problems.map { "\(path): \($0)" }.joined(separator: "\n"))
        }
        return accounts
    }

    private static func amount(_ text: String) -> Amount? {
        do throws(DecimalText.Fault) {
            let amount = try Amount(text: text)
            let most = Int128(DecimalText.power(15)) * Int128(DecimalText.power(Amount.scale))
            return (0...most).contains(amount.raw) ? amount : nil
        } catch { return nil }
    }

    private static func explanation(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "\(place(context)).\(key.stringValue) is missing"
        case DecodingError.typeMismatch(let type, let context):
            return "\(place(context)) is not a \(type == String.self ? "string" : "\(type)")"
        case DecodingError.valueNotFound(_, let context): return "\(place(context)) is null"
        default:
            return
                "not JSON: expected [{\"api_key\",\"secret\",\"passphrase\",\"balances\":{\"BTC\":\"1.5\"}}]"
        }
    }
}
