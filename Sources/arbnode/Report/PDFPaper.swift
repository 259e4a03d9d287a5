import CHaru

/// Sheets of A4 that are written on from the top down, as a PDF file. Text is Latin-1: what it lacks becomes
/// a question mark. Lengths are points.
final class PDFPaper {
    /// libharu's own number for what went wrong.
    struct Fault: Error {
        var code: UInt
    }

    private let document: HPDF_Doc
    private let text: HPDF_Font
    private let bold: HPDF_Font
    private var sheet: HPDF_Page
    /// Where the next line's top is, from the sheet's lower edge.
    private var top: Float

    private static let margin: Float = 42
    private static let size: Float = 9
    private static let leading: Float = 1.3
    /// Of Courier's letters, in units of their size.
    private static let letterWidth: Float = 0.6

    init(title: String) throws {
        guard let document = HPDF_New(nil, nil) else { throw Fault(code: UInt(HPDF_FAILD_TO_ALLOC_MEM)) }
        _ = HPDF_SetCompressionMode(document, HPDF_UINT(HPDF_COMP_ALL))
        guard let text = HPDF_GetFont(document, "Courier", "WinAnsiEncoding"),
            let bold = HPDF_GetFont(document, "Helvetica-Bold", "WinAnsiEncoding"),
            let sheet = HPDF_AddPage(document)
        else {
            let code = UInt(HPDF_GetError(document))
            HPDF_Free(document)
            throw Fault(code: code)
        }
        (self.document, self.text, self.bold, self.sheet) = (document, text, bold, sheet)
        top = 0
        begin(sheet)
        _ = HPDF_SetInfoAttr(document, HPDF_INFO_TITLE, title)
    }

    deinit { HPDF_Free(document) }

    private var width: Float { HPDF_Page_GetWidth(sheet) - 2 * PDFPaper.margin }

    private func begin(_ sheet: HPDF_Page) {
        self.sheet = sheet
        _ = HPDF_Page_SetSize(sheet, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT)
        top = HPDF_Page_GetHeight(sheet) - PDFPaper.margin
    }

    /// Turns the sheet when there is no room for so much.
    private func need(_ height: Float) {
        guard top - height < PDFPaper.margin, let next = HPDF_AddPage(document) else { return }
        begin(next)
    }

    // MARK: Text

    func heading(_ words: String) {
        // Not alone at the foot of a sheet.
        need(90)
        top -= 10
        write(words, bold, size: 13)
        top -= 4
    }

    /// Lines of letters that are all of one width, smaller where the longest would not fit.
    func lines(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let longest = Float(lines.map(\.count).max() ?? 0)
        let size = min(PDFPaper.size, width / max(1, longest * PDFPaper.letterWidth))
        for line in lines { write(String(line), self.text, size: size) }
    }

    private func write(_ words: String, _ font: HPDF_Font, size: Float) {
        need(size * PDFPaper.leading)
        top -= size * PDFPaper.leading
        put(words, font, size: size, x: PDFPaper.margin, y: top)
    }

    private func put(_ words: String, _ font: HPDF_Font, size: Float, x: Float, y: Float) {
        let bytes =
            words.unicodeScalars.map { CChar(bitPattern: $0.value < 256 ? UInt8($0.value) : 63) } + [0]
        _ = HPDF_Page_BeginText(sheet)
        _ = HPDF_Page_SetFontAndSize(sheet, font, size)
        _ = HPDF_Page_TextOut(sheet, x, y, bytes)
        _ = HPDF_Page_EndText(sheet)
    }

    // MARK: Drawings

    /// A curve over a frame that says where it begins and how far it goes.
    func curve(_ points: [(x: Double, y: Double)], x: String, y: String) {
        let height: Float = 150
        need(height + 20)
        top -= height
        guard let first = points.first, let last = points.last else { return lines("Nothing to show.") }
        let (low, high) = (points.map(\.y).min() ?? 0, points.map(\.y).max() ?? 0)
        let (left, foot, sheet) = (PDFPaper.margin, top, sheet)
        func place(_ point: (x: Double, y: Double)) -> (x: Float, y: Float) {
            let across = last.x > first.x ? (point.x - first.x) / (last.x - first.x) : 0
            let up = high > low ? (point.y - low) / (high - low) : 0.5
            return (left + width * Float(across), foot + height * Float(up))
        }
        _ = HPDF_Page_SetLineWidth(sheet, 0.5)
        _ = HPDF_Page_SetRGBStroke(sheet, 0.8, 0.83, 0.86)
        _ = HPDF_Page_Rectangle(sheet, left, foot, width, height)
        _ = HPDF_Page_Stroke(sheet)
        _ = HPDF_Page_SetLineWidth(sheet, 1)
        _ = HPDF_Page_SetRGBStroke(sheet, 0.04, 0.44, 0.64)
        let start = place(first)
        _ = HPDF_Page_MoveTo(sheet, start.x, start.y)
        for point in points.dropFirst() {
            let end = place(point)
            _ = HPDF_Page_LineTo(sheet, end.x, end.y)
        }
        _ = HPDF_Page_Stroke(sheet)
        let hours = last.x - first.x
        lines("\(y): \(rounded(low)) to \(rounded(high)); \(x): \(rounded(hours))")
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// The whole file. Whatever failed before is told here.
    func bytes() throws -> [UInt8] {
        _ = HPDF_SaveToStream(document)
        let status = HPDF_GetError(document)
        guard status == 0 else { throw Fault(code: UInt(status)) }
        var size = HPDF_GetStreamSize(document)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        _ = HPDF_ResetStream(document)
        _ = HPDF_ReadFromStream(document, &bytes, &size)
        return Array(bytes.prefix(Int(size)))
    }
}
