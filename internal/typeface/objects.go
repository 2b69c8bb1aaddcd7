package typeface

import "congvu/internal/pdf"

// Objects hands the objects of an embedded Type0 font to add and returns the reference of the font dictionary, fit for a
// resource dictionary under any name. It serves new files (pdf.Builder) and increments to signed ones alike, and obeys
// PDF/A-1b to PDF/A-3b: everything embedded, CIDSet complete, widths equal to those of the program.
func (s *Subset) Objects(add func(obj any) pdf.Ref) pdf.Ref {
	name := pdf.Name(s.Name)
	m := s.Font.Metrics
	widths := make(pdf.Array, len(s.Widths))
	for i, w := range s.Widths {
		widths[i] = w
	}
	descriptor := add(pdf.Dict{
		"Type": pdf.Name("FontDescriptor"), "FontName": name, "Flags": s.Flags(),
		"FontBBox": pdf.Array{m.Box[0], m.Box[1], m.Box[2], m.Box[3]}, "ItalicAngle": m.ItalicAngle,
		"Ascent": m.Ascent, "Descent": m.Descent, "CapHeight": m.CapHeight, "StemV": m.StemV,
		"FontFile2": add(pdf.Flate(pdf.Dict{"Length1": len(s.Program)}, s.Program)),
		"CIDSet":    add(&pdf.Stream{Raw: s.CIDSet()}), // too short to compress
	})
	descendant := add(pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("CIDFontType2"), "BaseFont": name,
		"CIDSystemInfo": pdf.Dict{
			"Registry": pdf.String{Bytes: []byte("Adobe")}, "Ordering": pdf.String{Bytes: []byte("Identity")}, "Supplement": 0,
		},
		"FontDescriptor": descriptor, "CIDToGIDMap": pdf.Name("Identity"), "DW": 1000, "W": pdf.Array{0, widths},
	})
	return add(pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type0"), "BaseFont": name, "Encoding": pdf.Name("Identity-H"),
		"DescendantFonts": pdf.Array{descendant}, "ToUnicode": add(pdf.Flate(nil, s.ToUnicode())),
	})
}
