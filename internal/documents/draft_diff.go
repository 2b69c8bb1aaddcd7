package documents

import (
	"slices"
	"strings"
	"unicode"
)

// Kinds of a part of a comparison.
const (
	PartSame    = "same"
	PartAdded   = "added"
	PartRemoved = "removed"
)

// Part is a run of words that both texts have, or only one of them.
type Part struct {
	Kind string
	Text string
}

// mostEdits bounds the work of a comparison: texts that differ in more places are shown as one replaced by the other, part by part.
const mostEdits = 1200

// Differences compares two texts line by line and, where lines differ, word by word. It takes O((n+m)·mostEdits) time and bounded memory.
func Differences(before, after string) []Part {
	var out runs
	var gone, come []string
	flush := func() {
		if len(gone)+len(come) > 0 {
			out.words(strings.Join(gone, ""), strings.Join(come, ""))
		}
		gone, come = nil, nil
	}
	for _, e := range edits(strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")) {
		switch e.Kind {
		case PartRemoved:
			gone = append(gone, e.Text)
		case PartAdded:
			come = append(come, e.Text)
		default:
			flush()
			out.grow(e)
		}
	}
	flush()
	return out.parts()
}

// runs are parts under way; neighbours of one kind are joined once, at the end.
type runs []struct {
	kind  string
	texts []string
}

func (out *runs) words(before, after string) {
	for _, e := range edits(tokens(before), tokens(after)) {
		out.grow(e)
	}
}

// grow adds a part, to the run before when it is of the same kind.
func (out *runs) grow(p Part) {
	if p.Text == "" {
		return
	}
	if n := len(*out); n == 0 || (*out)[n-1].kind != p.Kind {
		*out = append(*out, struct {
			kind  string
			texts []string
		}{kind: p.Kind})
	}
	last := &(*out)[len(*out)-1]
	last.texts = append(last.texts, p.Text)
}

func (out runs) parts() []Part {
	all := make([]Part, 0, len(out))
	for _, r := range out {
		all = append(all, Part{r.kind, strings.Join(r.texts, "")})
	}
	return all
}

// tokens cuts a text into words, each with the white space behind it.
func tokens(s string) []string {
	var out []string
	start, space := 0, false
	for i, r := range s {
		now := unicode.IsSpace(r)
		if space && !now {
			out, start = append(out, s[start:i]), i
		}
		space = now
	}
	return append(out, s[start:])
}

// edits is the shortest way from a to b (Myers 1986), removals before additions.
func edits(a, b []string) []Part {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	out := parts(PartSame, a[:head])
	out = append(out, shortest(a[head:len(a)-tail], b[head:len(b)-tail])...)
	return append(out, parts(PartSame, a[len(a)-tail:])...)
}

func parts(kind string, all []string) []Part {
	out := make([]Part, 0, len(all))
	for _, t := range all {
		out = append(out, Part{kind, t})
	}
	return out
}

func shortest(a, b []string) []Part {
	most := min(len(a)+len(b), mostEdits)
	v := make([]int32, 2*most+3) // v[k+most+1]: how far in a the furthest way on diagonal k has come
	var trace [][]int32
	for d := 0; d <= most; d++ {
		trace = append(trace, slices.Clone(v[most+1-d:most+2+d]))
		for k := -d; k <= d; k += 2 {
			x := v[k+most] + 1
			if k == -d || k != d && v[k+most] < v[k+most+2] {
				x = v[k+most+2]
			}
			y := x - int32(k)
			for int(x) < len(a) && int(y) < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[k+most+1] = x
			if int(x) >= len(a) && int(y) >= len(b) {
				return walkBack(a, b, trace)
			}
		}
	}
	return append(parts(PartRemoved, a), parts(PartAdded, b)...)
}

// walkBack follows the traces from the end to the beginning.
func walkBack(a, b []string, trace [][]int32) []Part {
	var out []Part
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		at := func(k int) int { // of the round before
			if i := k + d; i >= 0 && i < len(trace[d]) {
				return int(trace[d][i])
			}
			return -1
		}
		k := x - y
		before := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			before = k + 1
		}
		px := at(before)
		if d == 0 {
			px, before = 0, 0
		}
		py := px - before
		for x > px && y > py {
			x, y = x-1, y-1
			out = append(out, Part{PartSame, a[x]})
		}
		if d > 0 && x > px {
			x--
			out = append(out, Part{PartRemoved, a[x]})
		} else if d > 0 {
			y--
			out = append(out, Part{PartAdded, b[y]})
		}
	}
	slices.Reverse(out)
	return out
}
