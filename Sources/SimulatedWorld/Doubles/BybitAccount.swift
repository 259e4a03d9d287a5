import TradingModel

/// Bybit's account pages (v5/account, v5/user, v5/asset).
extension BybitDouble {
    func walletBalance(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard call["accountType"] == "UNIFIED" else { throw .parameters("accountType only support UNIFIED.") }
        let wanted = call["coin"].map { $0.split(separator: ",").map { String($0) } }
        guard segment == .spot else { return marginBalance(call, wanted) }
        let balances = exchange.toldBalances(of: call.account).filter { wanted?.contains($0.asset) ?? true }
        return JSONWriter.object { json in
            json.array("list") { json in wallet(&json, balances) }
        }
    }

    /// The unified account with these coins, as REST and stream spell it.
    func wallet(_ json: inout JSONWriter, _ balances: [AssetBalance]) {
        json.object { json in
            json.field("accountType", "UNIFIED")
            for name in ["accountLTV", "accountIMRate", "accountMMRate", "totalPerpUPL"] {
                json.field(name, "0")
            }
            for name in ["totalInitialMargin", "totalMaintenanceMargin"] { json.field(name, "0") }
            let worth = balances.reduce(Amount.zero) { $0 + value($1) }.description
            for name in ["totalEquity", "totalWalletBalance", "totalMarginBalance", "totalAvailableBalance"] {
                json.field(name, worth)
            }
            json.array("coin") { json in
                for balance in balances { coin(&json, balance) }
            }
        }
    }

    private func coin(_ json: inout JSONWriter, _ balance: AssetBalance) {
        json.object { json in
            json.field("coin", balance.asset)
            json.field("equity", balance.total.description)
            json.field("usdValue", value(balance).description)
            json.field("walletBalance", balance.total.description)
            json.field("locked", balance.held.description)
            // Deprecated for unified accounts: always empty.
            json.field("availableToWithdraw", "")
            json.field("availableToBorrow", "")
            for name in [
                "borrowAmount", "accruedInterest", "totalOrderIM", "totalPositionIM", "totalPositionMM",
                "unrealisedPnl", "cumRealisedPnl", "bonus", "spotHedgingQty",
            ] { json.field(name, "0") }
            json.field("collateralSwitch", true)
            json.field("marginCollateral", true)
        }
    }

    /// Worth at the last price in the first market that quotes it, in that market's quote asset.
    private func value(_ balance: AssetBalance) -> Amount {
        guard let index = exchange.symbols.firstIndex(where: { $0.base == balance.asset }) else {
            return balance.total
        }
        let unit = Int128(DecimalText.power(SymbolRules.scale))
        return Amount(raw: balance.total.raw / unit * Int128(exchange.lastTrade[index]))
    }

    func accountInfo(_ call: BybitCall) -> [UInt8] {
        JSONWriter.object { json in
            json.field("marginMode", "REGULAR_MARGIN")
            json.field("updatedTime", String(call.at.milliseconds))
            json.field("unifiedMarginStatus", 6)
            let isProtected = exchange.accounts[call.account].spec.isInstitutional
            json.field("dcpStatus", isProtected ? "ON" : "OFF")
            json.field("timeWindow", protections[call.account].window.milliseconds / 1_000)
            json.field("smpGroup", 0)
            json.field("isMasterTrader", false)
            json.field("spotHedgingStatus", "OFF")
        }
    }

    func feeRates() -> [UInt8] {
        JSONWriter.object { json in
            json.field("category", segment.category)
            json.array("list") { json in
                for spelling in spellings {
                    json.object { json in
                        json.field("symbol", spelling)
                        number(&json, "takerFeeRate", exchange.rules.takerFee.raw)
                        number(&json, "makerFeeRate", exchange.rules.makerFee.raw)
                    }
                }
            }
        }
    }

    func keyInfo(_ call: BybitCall) -> [UInt8] {
        JSONWriter.object { json in
            json.field("id", String(13_770_661 + call.account))
            json.field("note", "double")
            json.field("apiKey", exchange.accounts[call.account].spec.apiKey)
            json.field("readOnly", 0)
            json.field("secret", "")
            json.object("permissions") { json in
                for name in ["ContractTrade", "Wallet", "Options", "Derivatives", "Exchange"] {
                    json.array(name) { json in
                        if name == "Wallet", exchange.mischief.keyRights.mayWithdraw {
                            json.string("Withdraw")
                        }
                        guard segment == .linear else { return }
                        switch name {
                        case "ContractTrade":
                            json.string("Order")
                            json.string("Position")
                        case "Derivatives": json.string("DerivativesTrade")
                        default: return
                        }
                    }
                }
                json.array("Spot") { if segment == .spot { $0.string("SpotTrade") } }
            }
            let isBound = exchange.mischief.keyRights.isBound
            json.array("ips") { $0.string(isBound ? "127.0.0.1" : "*") }
            if !isBound { json.field("deadlineDay", 83) }
            json.field("type", 1)
            json.field("unified", 0)
            json.field("uta", 1)
            json.field("userID", Int64(24_617_703 + call.account))
            json.field("inviterID", 0)
            json.field("vipLevel", "No VIP")
            json.field("isMaster", true)
            json.field("parentUid", "0")
        }
    }

    func coins(_ call: BybitCall) -> [UInt8] {
        JSONWriter.object { json in
            json.array("rows") { json in
                for asset in exchange.assets where call["coin"] == nil || call["coin"] == asset {
                    json.object { json in
                        json.field("name", asset)
                        json.field("coin", asset)
                        json.field("remainAmount", "0")
                        json.array("chains") { _ in }
                    }
                }
            }
        }
    }
}
