// Package typeface keeps the one typeface of official documents and cuts from it what a PDF must carry.
//
// It holds Tinos in four styles, whose advance widths are those of Times New Roman, the letter that NĐ 30/2020 (Phụ lục I, phần I,
// mục I.4) prescribes: a line breaks where Word breaks it. All 134 Vietnamese letters are present in every style.
//
// A [Font] measures text and names what it cannot draw. A [Subset] is a TrueType program with only the glyphs a document uses,
// numbered from 1 in the order of their code points, to be embedded as a Type0 font with Identity-H: two bytes a glyph, each with
// its width and its letter (ToUnicode), so that text can be searched and copied.
//
// Text is brought to NFC before anything else, because letters written as base + combining marks have no glyph of their own.
// What has no glyph is refused with a [MissingError]; an empty box is never drawn. Left to right text without ligatures, kerning
// or line breaks only. Hinting programs are left out of subsets: official documents are printed or shown at sizes where they do
// nothing, and they are half of the bytes.
//
// The files, their version and their licence are listed in THIRD_PARTY.txt.
package typeface
