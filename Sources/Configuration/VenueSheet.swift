import TradingModel
import VenueKit

/// What `venues/<venue>.yaml` says: the venue's profile, fees and listed symbols, before a node picks
/// instruments.
public struct VenueSheet: Sendable {
    public var profile: VenueProfile
    public var takerFee: Rate
    public var makerFee: Rate
    /// Whether a buy's fee is taken from the bought base asset (else from the quote asset).
    public var buyFeeInBase: Bool
    /// In the order of the file.
    public var symbols: [VenueSymbol]

    /// Reads one venue file, with everything that is wrong in it at once.
    public static func load(
        path: String, source: some ConfigurationSource = DiskSource()
    ) -> Result<VenueSheet, ConfigurationProblems> {
        let ledger = SettingLedger()
        var files = ConfigurationFiles(source: source)
        let file = ConfigurationPath.normalized(path)
        let sheet = files.read(file).flatMap { tree -> VenueSheet? in
            guard case .mapping(let entries) = tree.content else { return nil }
            let origin = Origin(file: file, line: 1, column: 1)
            return VenueReading(Section(path: "", origin: origin, entries: entries, ledger: ledger)).sheet()
        }
        let problems = files.problems + ledger.problems
        guard let sheet, problems.isEmpty else { return .failure(ConfigurationProblems(problems)) }
        return .success(sheet)
    }

    /// This venue's listing of an instrument, `nil` when it lists none or its filters do not fit the
    /// instrument's scales.
    public func listing(of instrument: Instrument, venue: VenueID) -> Listing? {
        guard let symbol = symbols.first(where: { $0.instrument == instrument.symbol }),
            case .success(let listing) = symbol.listing(of: instrument, venue: venue, fees: self)
        else { return nil }
        return listing
    }
}

/// A symbol as a venue lists it, exact and free of any node's scales.
public struct VenueSymbol: Hashable, Sendable {
    /// By common codes, `BTC-USDT`.
    public var instrument: String
    /// The venue's spelling, `BTCUSDT`.
    public var symbol: String
    /// In the quote asset.
    public var tick: Amount
    /// In the base asset, as the minimum and maximum quantity.
    public var lot: Amount
    public var minimumQuantity: Amount
    public var maximumQuantity: Amount
    /// In the quote asset.
    public var minimumNotional: Amount
    public var kind: ListingKind

    struct Misfit: Error {
        var key: String
        var complaint: Complaint
    }

    /// The listing at an instrument's scales; a filter that these cannot hold is a misfit.
    func listing(of instrument: Instrument, venue: VenueID, fees: VenueSheet) -> Result<Listing, Misfit> {
        do throws(Misfit) {
            let price = try scaled(tick, instrument.priceScale, "price_scale", "tick")
            let lotRaw = try scaled(lot, instrument.quantityScale, "quantity_scale", "lot")
            let minimum = try scaled(
                minimumQuantity, instrument.quantityScale, "quantity_scale", "minimum_quantity")
            let maximum = try scaled(
                maximumQuantity, instrument.quantityScale, "quantity_scale", "maximum_quantity")
            return .success(
                Listing(
                    venue: venue, instrument: instrument, symbol: symbol, tick: Price(raw: price),
                    lot: Quantity(raw: lotRaw), minimumQuantity: Quantity(raw: minimum),
                    maximumQuantity: Quantity(raw: maximum), minimumNotional: minimumNotional,
                    takerFee: fees.takerFee, makerFee: fees.makerFee, buyFeeInBase: fees.buyFeeInBase,
                    kind: kind))
        } catch {
            return .failure(error)
        }
    }

    private func scaled(_ amount: Amount, _ scale: Int, _ scaleKey: String, _ key: String) throws(Misfit)
        -> Int64
    {
        switch ScaledAmount.raw(amount, scale: scale, scaleKey: scaleKey) {
        case .success(let raw): return raw
        case .failure(let complaint): throw Misfit(key: key, complaint: complaint)
        }
    }
}

/// The base quantity of one contract: a power of ten, so that sizes convert exactly. A venue that counts in
/// base units has contracts of 1.
enum ContractSize: String, CaseIterable {
    case one = "1"
    case tenth = "0.1"
    case hundredth = "0.01"
    case thousandth = "0.001"
    case tenThousandth = "0.0001"

    var decimals: Int { rawValue.utf8.count - (self == .one ? 1 : 2) }
}

/// Exact conversion of an amount to an instrument's integer scale.
enum ScaledAmount {
    static func raw(_ amount: Amount, scale: Int, scaleKey: String) -> Result<Int64, Complaint> {
        let unit = Int128(DecimalText.power(Amount.scale - scale))
        let (quotient, remainder) = amount.raw.quotientAndRemainder(dividingBy: unit)
        guard remainder == 0 else {
            return .failure(
                Complaint("\(amount) has more decimals than the instrument's \(scaleKey) of \(scale) holds"))
        }
        guard let raw = Int64(exactly: quotient) else {
            return .failure(Complaint("\(amount) is too large for the instrument's \(scaleKey) of \(scale)"))
        }
        return .success(raw)
    }
}
