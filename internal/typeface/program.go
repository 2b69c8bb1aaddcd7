package typeface

import (
	"encoding/binary"
	"slices"
)

// Flags of one component of a composed glyph (OpenType, table "glyf").
const (
	wordArguments   = 0x0001
	oneScale        = 0x0008
	moreComponents  = 0x0020
	twoScales       = 0x0040
	fourScales      = 0x0080
	hasInstructions = 0x0100
)

// program writes a TrueType file with the glyphs of order, in that order, and returns it with the order completed by the
// components that composed glyphs need.
func (f *Font) program(order []uint16) ([]byte, []uint16) {
	place := make(map[uint16]uint16, len(order)+16)
	for i, g := range order {
		if _, ok := place[g]; !ok { // two letters may share a glyph: the first place serves components
			place[g] = uint16(i)
		}
	}
	var glyf []byte
	loca := []byte{0, 0, 0, 0}
	for i := 0; i < len(order); i++ { // order grows while components are met
		outline := f.outline(order[i])
		switch {
		case len(outline) < 10:
		case int16(binary.BigEndian.Uint16(outline)) < 0:
			glyf, order = appendComposed(glyf, outline, place, order)
		default:
			glyf = appendSimple(glyf, outline)
		}
		glyf = pad(glyf)
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	}
	return f.assemble(glyf, loca, order), order
}

func (f *Font) outline(g uint16) []byte {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	if f.u16("head", 50) == 0 {
		return glyf[2*int(binary.BigEndian.Uint16(loca[2*int(g):])) : 2*int(binary.BigEndian.Uint16(loca[2*int(g)+2:]))]
	}
	return glyf[binary.BigEndian.Uint32(loca[4*int(g):]):binary.BigEndian.Uint32(loca[4*int(g)+4:])]
}

// appendSimple copies an outline without its hinting instructions.
func appendSimple(glyf, outline []byte) []byte {
	contours := int(binary.BigEndian.Uint16(outline))
	at := 10 + 2*contours
	skip := int(binary.BigEndian.Uint16(outline[at:]))
	glyf = append(glyf, outline[:at]...)
	glyf = append(glyf, 0, 0)
	return append(glyf, outline[at+2+skip:]...)
}

// appendComposed copies the parts of a composed glyph with their new numbers, without its hinting instructions.
func appendComposed(glyf, outline []byte, place map[uint16]uint16, order []uint16) ([]byte, []uint16) {
	glyf = append(glyf, outline[:10]...)
	for at := 10; ; {
		flags, part := binary.BigEndian.Uint16(outline[at:]), binary.BigEndian.Uint16(outline[at+2:])
		if _, ok := place[part]; !ok {
			place[part] = uint16(len(order))
			order = append(order, part)
		}
		end := at + 4 + componentSize(flags)
		glyf = binary.BigEndian.AppendUint16(glyf, flags&^hasInstructions)
		glyf = binary.BigEndian.AppendUint16(glyf, place[part])
		glyf = append(glyf, outline[at+4:end]...)
		if at = end; flags&moreComponents == 0 {
			return glyf, order
		}
	}
}

func componentSize(flags uint16) int {
	size := 2
	if flags&wordArguments != 0 {
		size = 4
	}
	switch {
	case flags&oneScale != 0:
		size += 2
	case flags&twoScales != 0:
		size += 4
	case flags&fourScales != 0:
		size += 8
	}
	return size
}

// assemble puts the tables of a TrueType file together, with their checksums.
func (f *Font) assemble(glyf, loca []byte, order []uint16) []byte {
	head, hhea, maxp := slices.Clone(f.tables["head"]), slices.Clone(f.tables["hhea"]), slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment, set below
	binary.BigEndian.PutUint16(head[50:], 1) // loca has 4-byte offsets
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(order)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(order)))
	tables := [...]struct {
		name string
		data []byte
	}{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", f.spacing(order)}, {"loca", loca}, {"maxp", maxp}}

	const count, searched, shift = len(tables), 4, 2 // greatest power of two below count, its logarithm
	file := make([]byte, 0, 12+16*count+len(glyf)+len(loca)+4*len(order)+200)
	file = binary.BigEndian.AppendUint32(file, 0x00010000)
	for _, v := range [...]uint16{uint16(count), searched * 16, shift, uint16(count-searched) * 16} {
		file = binary.BigEndian.AppendUint16(file, v)
	}
	at, headAt := 12+16*count, 0
	for _, t := range tables {
		if t.name == "head" {
			headAt = at
		}
		file = append(file, t.name...)
		file = binary.BigEndian.AppendUint32(file, checksum(t.data))
		file = binary.BigEndian.AppendUint32(file, uint32(at))
		file = binary.BigEndian.AppendUint32(file, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		file = pad(append(file, t.data...))
	}
	binary.BigEndian.PutUint32(file[headAt+8:], 0xB1B0AFBA-checksum(file))
	return file
}

// spacing is the hmtx table of the glyphs in their new order, every entry full.
func (f *Font) spacing(order []uint16) []byte {
	hmtx := f.tables["hmtx"]
	out := make([]byte, 0, 4*len(order))
	for _, g := range order {
		if int(g) < f.metrics {
			out = append(out, hmtx[4*int(g):4*int(g)+4]...)
			continue
		}
		bearing := 4*f.metrics + 2*(int(g)-f.metrics)
		out = append(out, hmtx[4*f.metrics-4:4*f.metrics-2]...)
		out = append(out, hmtx[bearing:bearing+2]...)
	}
	return out
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func checksum(b []byte) uint32 {
	var sum uint32
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	var tail [4]byte
	copy(tail[:], b)
	return sum + binary.BigEndian.Uint32(tail[:])
}
