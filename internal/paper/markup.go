package paper

import (
	"regexp"
	"strings"

	"congvu/internal/typeface"
)

type blockKind uint8

const (
	paragraph     blockKind = iota
	heading                 // title of an article, clause or point: stays with what follows
	centred                 // "Phần I", "Chương II", "Mục 3"
	divisionTitle           // its title, right below
	grid
)

// block is one paragraph of a body or a whole table.
type block struct {
	kind  blockKind
	runs  []run
	cells [][]string // grid: first row is the head
	align []alignment
}

var (
	article  = regexp.MustCompile(`^Điều \d+[a-zđ]?\.`)
	roman    = regexp.MustCompile(`^[IVXLC]+\. `)
	clause   = regexp.MustCompile(`^\d+(\.\d+)*\.? `)
	division = regexp.MustCompile(`^(Phần|Chương|Mục|Tiểu mục) ([IVXLC]+|\d+)$`)
	ruler    = regexp.MustCompile(`^:?-+:?$`)
)

// parseBody reads the light markup of a body; see the package comment.
func parseBody(text string) []block {
	var blocks []block
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := tidy(lines[i])
		switch {
		case line == "":
		case strings.HasPrefix(line, "|"):
			var rows []string
			for ; i < len(lines) && strings.HasPrefix(tidy(lines[i]), "|"); i++ {
				rows = append(rows, tidy(lines[i]))
			}
			i--
			blocks = append(blocks, parseGrid(rows))
		case division.MatchString(line):
			blocks = append(blocks, block{kind: centred, runs: styled(line, typeface.Bold)})
			if i+1 < len(lines) && tidy(lines[i+1]) != "" && !division.MatchString(tidy(lines[i+1])) {
				i++
				blocks = append(blocks, block{kind: divisionTitle, runs: styled(upper(tidy(lines[i])), typeface.Bold)})
			}
		default:
			blocks = append(blocks, parseParagraph(line))
		}
	}
	return blocks
}

// parseParagraph makes bold what the decree wants bold: "Điều 1." always, and numbered titles, which are the numbered lines that
// do not end as a sentence does.
func parseParagraph(line string) block {
	runs := parseRuns(line)
	numbered := article.MatchString(line) || roman.MatchString(line) || clause.MatchString(line)
	switch {
	case numbered && !endsSentence(line):
		return block{kind: heading, runs: embolden(runs)}
	case article.MatchString(line):
		return block{runs: boldPrefix(runs, len(article.FindString(line)))}
	}
	return block{runs: runs}
}

func endsSentence(s string) bool {
	s = strings.TrimRight(s, "*")
	return s == "" || strings.ContainsAny(s[len(s)-1:], ".;:,?!")
}

func embolden(runs []run) []run {
	for i := range runs {
		runs[i].style |= typeface.Bold
	}
	return runs
}

// boldPrefix makes the first n bytes bold; they lie in the first run, because markup does not begin inside "Điều 1.".
func boldPrefix(runs []run, n int) []run {
	if len(runs) == 0 || len(runs[0].text) < n {
		return runs
	}
	first := runs[0]
	return append([]run{{first.style | typeface.Bold, first.text[:n]}, {first.style, first.text[n:]}}, runs[1:]...)
}

// parseRuns reads **bold**, *italic*, ***both*** and \* for a star. A star between spaces stands for itself.
func parseRuns(s string) []run {
	var runs []run
	var b strings.Builder
	style := typeface.Regular
	flush := func() {
		if b.Len() > 0 {
			runs = append(runs, run{style, b.String()})
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '*':
			b.WriteByte('*')
			i++
		case strings.HasPrefix(s[i:], "**"):
			flush()
			style ^= typeface.Bold
			i++
		case s[i] == '*' && !(standsAlone(s, i)):
			flush()
			style ^= typeface.Italic
		default:
			b.WriteByte(s[i])
		}
	}
	flush()
	return runs
}

func standsAlone(s string, i int) bool {
	return (i == 0 || s[i-1] == ' ') && (i+1 == len(s) || s[i+1] == ' ')
}

const mostColumns = 24 // further cells stay together in the last one

// parseGrid reads "| a | b |" rows. A second row of dashes sets alignments: "---" left, ":--:" centre, "--:" right.
func parseGrid(rows []string) block {
	g := block{kind: grid}
	for _, r := range rows {
		cells := strings.SplitN(strings.TrimSuffix(strings.TrimPrefix(r, "|"), "|"), "|", mostColumns)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(g.cells) == 1 && g.align == nil && isRuler(cells) {
			g.align = alignments(cells)
			continue
		}
		g.cells = append(g.cells, cells)
	}
	return g
}

func isRuler(cells []string) bool {
	for _, c := range cells {
		if !ruler.MatchString(c) {
			return false
		}
	}
	return true
}

func alignments(cells []string) []alignment {
	align := make([]alignment, len(cells))
	for i, c := range cells {
		switch {
		case strings.HasPrefix(c, ":") && strings.HasSuffix(c, ":"):
			align[i] = center
		case strings.HasSuffix(c, ":"):
			align[i] = right
		}
	}
	return align
}
