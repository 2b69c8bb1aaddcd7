// Package paper makes the PDFs that the platform itself writes: official documents laid out by NĐ 30/2020/NĐ-CP, Phụ lục I and
// III, and the registers of Phụ lục IV. Everything it writes is PDF/A-2b by construction (ISO 19005-2): subsets of Tinos
// embedded, sRGB output intent, XMP, file identifier, no transparency, no scripts. Documents carry a logical structure.
//
// # Layout
//
// A4; margins 20 mm above and below, 30 left, 15 right (D5.1). Sizes and styles are those of the examples in Phụ lục I, mục V:
// names of agencies 12, number and date 13, everything else 14. Body lines stand 1.1 single lines apart, paragraphs 6 pt.
// The block of the signature is never divided and never alone on a page. Page 1 shows no number (D5.2).
//
// # Number and date
//
// An electronic document gets its number after the person has signed (D4.9). So that this signature covers everything else:
//
//	Số: [SoVanBan]/QĐ-UBND          Đà Nẵng, [NgayBanHanh]
//
// Fixed text is "Số:", "/" and the notation, the place and its comma. The text field SoVanBan holds only the digits ("05", see
// FormatNumber), set from the right so that they touch the slash; it is as wide as five digits of size 13, and whoever fills in
// more sets them smaller. NgayBanHanh holds the rest of the line ("ngày 05 tháng 01 năm 2026", see FormatDate), italic 13, from
// the left. Each rectangle is as high as ascent and descent of its font: the baseline stands 0.216 × size above its lower edge,
// with no padding on any side. Appearances are empty, NeedAppearances is absent, the fonts in /DR hold all Vietnamese letters.
// A number or date already known is printed and has no field.
//
// # Body markup
//
// One line is one paragraph; empty lines mean nothing.
//
//	Chương I              alone on a line (also Phần, Mục, Tiểu mục): centred, bold; the next line is its title in capitals
//	Điều 1. Text.         "Điều 1." bold; without a final mark the whole line is a bold title that stays with what follows
//	I. TITLE   1. Title   numbered lines without a final mark are bold titles as well, others are text
//	a) …   - …   + …      text
//	| a | b |             rows of a table; a second row |---|:--:|--:| makes the first the head and sets the alignment
//	**bold** *italic* ***both*** \*
//
// # Limits
//
// 1 MB of text, 24 columns in a table of the body. Forms 1.8 to 1.10 (giấy giới thiệu, biên bản, giấy nghỉ phép) and copies
// (3.1, 3.2) have no layout of their own. Secrecy stamps are not drawn: secret documents do not live on this network (D4.8).
package paper
