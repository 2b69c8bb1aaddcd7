package paper

import (
	"strings"
	"unicode/utf8"

	"congvu/internal/typeface"
)

// run is text in one style.
type run struct {
	style typeface.Style
	text  string
}

func plain(s string) []run                        { return []run{{typeface.Regular, s}} }
func styled(s string, style typeface.Style) []run { return []run{{style, s}} }

// textLine is one line of a broken paragraph, without the space at its end.
type textLine struct {
	runs   []run
	width  float64
	spaces int
	last   bool // ends the paragraph: never stretched
}

type word struct {
	parts []run
	width float64
}

// breakLines fills lines greedily, as word processors do. first is the width of the first line, rest that of the others. A word
// wider than a line is cut between letters.
func breakLines(runs []run, size, first, rest float64) []textLine {
	space := typeface.Tinos(typeface.Regular).Width(" ", size)
	var lines []textLine
	var current textLine
	avail := first
	flush := func() {
		lines = append(lines, current)
		current, avail = textLine{}, rest
	}
	for _, w := range splitWords(runs, size) {
		if len(current.runs) > 0 && current.width+space+w.width > avail {
			flush()
		}
		for w.width > avail && len(current.runs) == 0 {
			head, tail := cutWord(w, size, avail)
			if len(tail.parts) == 0 {
				break
			}
			current.add(head, space)
			flush()
			w = tail
		}
		current.add(w, space)
	}
	flush()
	lines[len(lines)-1].last = true
	return lines
}

func (l *textLine) add(w word, space float64) {
	if n := len(l.runs); n > 0 {
		l.runs[n-1].text += " "
		l.width += space
		l.spaces++
	}
	for _, p := range w.parts {
		if n := len(l.runs); n > 0 && l.runs[n-1].style == p.style {
			l.runs[n-1].text += p.text
			continue
		}
		l.runs = append(l.runs, p)
	}
	l.width += w.width
}

// splitWords cuts at spaces; a word may change its style inside.
func splitWords(runs []run, size float64) []word {
	var words []word
	var current word
	for _, r := range runs {
		for i, piece := range strings.Split(r.text, " ") {
			if i > 0 && len(current.parts) > 0 {
				words = append(words, current)
				current = word{}
			}
			if piece != "" {
				current.parts = append(current.parts, run{r.style, piece})
				current.width += typeface.Tinos(r.style).Width(piece, size)
			}
		}
	}
	if len(current.parts) > 0 {
		words = append(words, current)
	}
	return words
}

// cutWord gives as many letters as fit in avail, at least one, and the remainder.
func cutWord(w word, size, avail float64) (head, tail word) {
	for i, p := range w.parts {
		f := typeface.Tinos(p.style)
		for at := 0; at < len(p.text); {
			_, n := utf8.DecodeRuneInString(p.text[at:])
			letter := f.Width(p.text[at:at+n], size)
			if head.width > 0 && head.width+letter > avail {
				if at > 0 {
					head.parts = append(head.parts, run{p.style, p.text[:at]})
				}
				tail.parts = append([]run{{p.style, p.text[at:]}}, w.parts[i+1:]...)
				tail.width = w.width - head.width
				return head, tail
			}
			head.width += letter
			at += n
		}
		head.parts = append(head.parts, p)
	}
	return head, tail
}

// balance breaks a heading into as few lines as fit and makes them about equally long, so that no single word is left alone.
func balance(runs []run, size, width float64) []textLine {
	lines := breakLines(runs, size, width, width)
	if len(lines) < 2 {
		return lines
	}
	low, high := width/float64(len(lines)+1), width
	for high-low > 1 {
		mid := (low + high) / 2
		if len(breakLines(runs, size, mid, mid)) > len(lines) {
			low = mid
		} else {
			high = mid
		}
	}
	return breakLines(runs, size, high, high)
}

func widest(lines []textLine) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, l.width)
	}
	return w
}
