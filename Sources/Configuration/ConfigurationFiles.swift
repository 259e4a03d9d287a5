/// Reads configuration files with what they include into one tree, in which each value still knows its place.
struct ConfigurationFiles {
    private static let deepestInclude = 16

    private let source: any ConfigurationSource
    private(set) var problems: [ConfigurationProblem] = []
    /// False once an include failed: what it would have brought is then not "missing".
    private(set) var isComplete = true
    /// The files being read, outermost first: a file that includes one of these would never end.
    private var open: [String] = []

    init(source: any ConfigurationSource) { self.source = source }

    /// The tree of `path`, or `nil` when nothing usable is there. `reference` is the place that asked for the
    /// file, if one did.
    mutating func read(_ path: String, askedAt reference: Origin? = nil) -> Setting? {
        let place = reference ?? Origin(file: path, line: 1, column: 1)
        let shownPath = reference == nil ? "the file" : "`\(path)`"
        if open.contains(path) {
            let chain = (open + [path]).joined(separator: " → ")
            report("include cycle: \(chain)", at: place)
            return nil
        }
        guard open.count < ConfigurationFiles.deepestInclude else {
            report("includes are nested more than \(ConfigurationFiles.deepestInclude) deep", at: place)
            return nil
        }
        let bytes: [UInt8]
        switch source.bytes(of: path) {
        case .success(let found): bytes = found
        case .failure(let fault):
            report("cannot read \(shownPath): \(fault.reason)", at: place)
            return nil
        }
        var text = YAMLText(file: path)
        let parsed = text.parse(bytes)
        problems += text.problems
        guard let parsed else { return nil }
        guard case .mapping = parsed.content else {
            report("expected keys and values, found \(parsed.kindName)", at: parsed.origin)
            return nil
        }
        open.append(path)
        defer { open.removeLast() }
        return withIncludes(prepared(parsed))
    }

    private mutating func report(_ message: String, at origin: Origin) {
        problems.append(ConfigurationProblem(origin: origin, message: message))
    }

    // MARK: Secrets and environment

    /// Refuses secrets and fills in `${NAME}`.
    private mutating func prepared(_ setting: Setting) -> Setting {
        var result = setting
        switch setting.content {
        case .scalar(let text, let plain):
            guard text.contains("${") else { return setting }
            if let filled = filled(text, at: setting.origin) {
                result.content = .scalar(filled.text, plain: plain && !filled.text.isEmpty)
                result.variables = filled.variables
            } else {
                result.content = .unusable
            }
        case .unusable: return setting
        case .sequence(let items):
            result.content = .sequence(items.map { prepared($0) })
        case .mapping(let entries):
            result.content = .mapping(
                entries.compactMap { entry in
                    guard !SecretKeys.names(entry.key) else {
                        report("`\(entry.key)`: \(SecretKeys.remedy)", at: entry.keyOrigin)
                        return nil
                    }
                    var kept = entry
                    kept.value = prepared(entry.value)
                    return kept
                })
        }
        return result
    }

    /// The value of a variable is text, never YAML: it cannot bring keys or includes with it.
    private mutating func filled(_ text: String, at origin: Origin) -> (text: String, variables: [String])? {
        var result = ""
        var complete = true
        var variables: [String] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                report("`${` without its `}`", at: origin)
                return nil
            }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            guard let value = variable(name, at: origin) else {
                complete = false
                continue
            }
            result += value
            variables.append(name)
        }
        return complete ? (result + rest, variables) : nil
    }

    private mutating func variable(_ name: String, at origin: Origin) -> String? {
        if !ConfigurationFiles.isVariableName(name) {
            report("`${\(name)}` is not the name of an environment variable", at: origin)
        } else if SecretKeys.names(name) {
            report("`${\(name)}`: \(SecretKeys.remedy)", at: origin)
        } else if let value = source.variable(name) {
            return value
        } else {
            report("the environment variable \(name) is not set", at: origin)
        }
        return nil
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }

    // MARK: Includes

    /// A file's own keys win over what it includes; two included files may not set the same key.
    private mutating func withIncludes(_ setting: Setting) -> Setting {
        guard case .mapping(var entries) = setting.content,
            let index = entries.firstIndex(where: { $0.key == "include" })
        else { return setting }
        let include = entries.remove(at: index).value
        var own = setting
        own.content = .mapping(entries)
        var base: Setting?
        for item in ConfigurationFiles.items(of: include) {
            guard let included = included(item) else {
                isComplete = false
                continue
            }
            base = base.map { layered($0, under: included, at: "", siblings: true) } ?? included
        }
        return base.map { layered($0, under: own, at: "", siblings: false) } ?? own
    }

    private mutating func included(_ item: Setting) -> Setting? {
        if case .unusable = item.content { return nil }
        guard case .scalar(let path, _) = item.content, !item.isNothing, !path.isEmpty else {
            report("expected the path of a file to include, found \(item.kindName)", at: item.origin)
            return nil
        }
        return read(ConfigurationPath.resolve(path, from: item.origin.file), askedAt: item.origin)
    }

    private static func items(of setting: Setting) -> [Setting] {
        if case .sequence(let items) = setting.content { return items }
        return [setting]
    }

    /// `base` with `upper` laid over it, group by group; lists are replaced whole.
    private mutating func layered(_ base: Setting, under upper: Setting, at path: String, siblings: Bool)
        -> Setting
    {
        guard case .mapping(var entries) = base.content, case .mapping(let uppers) = upper.content else {
            if siblings {
                report("`\(path)` is set here and in \(base.origin): keep one", at: upper.origin)
            }
            return upper
        }
        for entry in uppers {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                let below = entries[index].value
                let name = path.isEmpty ? entry.key : path + "." + entry.key
                entries[index].value = layered(below, under: entry.value, at: name, siblings: siblings)
                entries[index].keyOrigin = entry.keyOrigin
            } else {
                entries.append(entry)
            }
        }
        var result = upper
        result.content = .mapping(entries)
        return result
    }

    /// Lays the keys a node's `venues:` entry sets over the venue's own file.
    mutating func overriding(_ base: Setting, with upper: Setting) -> Setting {
        layered(base, under: upper, at: "", siblings: false)
    }
}
