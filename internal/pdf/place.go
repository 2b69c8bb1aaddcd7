package pdf

// place is a Location in twelve bytes: a file may have two million of them.
type place struct {
	low  uint32 // of the offset, or the object stream
	high uint32 // of the offset, below the kind
	sub  uint32 // generation, or index in the object stream
}

const (
	placeKind   = 24
	placeDirect = 1 << placeKind
	placeInside = 2 << placeKind
	maxOffset   = 1<<(32+placeKind) - 1
)

// pack gives false for what no file can mean: a place beyond 64 petabytes or a generation of more than 32 bits.
func pack(l Location) (place, bool) {
	sub := l.Gen
	if l.Container != 0 {
		sub = l.Index
	}
	at := max(l.Offset, l.Container)
	if at < 0 || at > maxOffset || sub < 0 || sub > 1<<32-1 {
		return place{}, false
	}
	p := place{low: uint32(at), high: uint32(at >> 32), sub: uint32(sub)}
	switch {
	case l.Free:
		return place{sub: p.sub}, true
	case l.Container != 0:
		p.high |= placeInside
	default:
		p.high |= placeDirect
	}
	return p, true
}

func (p place) location() Location {
	switch p.high >> placeKind << placeKind {
	case placeInside:
		return Location{Container: int(p.low), Index: int(p.sub)}
	case placeDirect:
		return Location{Offset: int(p.low) | int(p.high&(placeDirect-1))<<32, Gen: int(p.sub)}
	}
	return Location{Free: true, Gen: int(p.sub)}
}

func (p place) free() bool { return p.high == 0 }

// places are the entries of a section, or of a file, by object number.
type places map[int32]place
