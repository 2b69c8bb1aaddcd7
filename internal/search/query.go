package search

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"congvu/internal/store"
)

// MostCounted is where counting stops: more are shown as "1000+".
const MostCounted = 1000

const (
	mostLetters = 200
	mostAsked   = 12 // words of a question
	mostRights  = 200
)

// Orders of results (V41).
const (
	Newest   = "newest" // the newest entry of the system first
	Oldest   = "oldest"
	ByIssued = "issued" // the newest date of the document first
	ByDue    = "due"    // the nearest deadline first, those without one last
)

// Sorts lists the orders as the form shows them.
var Sorts = []string{Newest, Oldest, ByIssued, ByDue}

// Query is one question. Zero values mean everything; Agency and Rights say who asks.
type Query struct {
	Agency int64
	Rights []string // tokens the actor holds; none = he sees nothing

	Words  string            // "quoted phrases", words, the beginning of the last word
	Fields map[string]string // words by field: subject, issuer, signer, number …
	Exact  map[string]string // codes by field: kind, type, state, register …

	IssuedFrom, IssuedTo   string // YYYY-MM-DD
	ArrivedFrom, ArrivedTo string
	DueFrom, DueTo         string

	Sort   string
	Cursor string
	Limit  int // 1 to 200; 0 = 50
}

// Hit is one thing found.
type Hit struct {
	ID  int64
	Ref string
	Key string
}

// Page is a page of hits. More tells that there are more than Count.
type Page struct {
	Hits  []Hit
	Next  string
	Count int
	More  bool
	Sort  string
}

const filters = ` AND e.agency_id = $2 AND (CAST($3 AS TEXT) = '' OR e.issued >= $3) AND (CAST($4 AS TEXT) = '' OR e.issued <> '' AND e.issued <= $4)
	AND (CAST($5 AS TEXT) = '' OR e.arrived >= $5) AND (CAST($6 AS TEXT) = '' OR e.arrived <> '' AND e.arrived <= $6)
	AND (CAST($7 AS TEXT) = '' OR e.due >= $7) AND (CAST($8 AS TEXT) = '' OR e.due <> '' AND e.due <= $8)`

// statement is the one fork of the room: FTS5 finds row numbers in their order; PostgreSQL finds rows by their tsvector, and id + 0 keeps its planner
// from walking the primary key instead of the index.
func statement(columns, tail string) *store.Stmt {
	lite := strings.ReplaceAll(tail, "@id", "search_index.rowid")
	post := strings.ReplaceAll(tail, "@id", "e.id + 0")
	return store.Fork(`SELECT `+columns+` FROM search_index JOIN search_index_entries e ON e.id = search_index.rowid WHERE search_index MATCH $1`+filters+lite,
		`SELECT `+columns+` FROM search_index_entries e WHERE e.words @@ CAST($1 AS TSQUERY)`+filters+post)
}

const dueKey = `CASE WHEN e.due = '' THEN '9999-99-99' ELSE e.due END`

var (
	sqlFind = map[string]*store.Stmt{
		Newest:   statement(`e.id, e.ref, '' AS key`, ` AND CAST($9 AS TEXT) <> '' AND @id < $10 ORDER BY @id DESC LIMIT $11`),
		Oldest:   statement(`e.id, e.ref, '' AS key`, ` AND CAST($9 AS TEXT) <> '' AND @id > $10 ORDER BY @id LIMIT $11`),
		ByIssued: statement(`e.id, e.ref, e.issued AS key`, ` AND (e.issued, e.id) < ($9, $10) ORDER BY e.issued DESC, e.id DESC LIMIT $11`),
		ByDue:    statement(`e.id, e.ref, `+dueKey+` AS key`, ` AND (`+dueKey+`, e.id) > ($9, $10) ORDER BY key, e.id LIMIT $11`),
	}
	sqlCount = store.Fork(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT e.id FROM search_index JOIN search_index_entries e ON e.id = search_index.rowid WHERE search_index MATCH $1`+filters+` LIMIT $9) AS counted`,
		`SELECT CAST(count(*) AS BIGINT) FROM (SELECT e.id FROM search_index_entries e WHERE e.words @@ CAST($1 AS TSQUERY)`+filters+` LIMIT $9) AS counted`)
)

// Find gives a page of what the actor may see and the question names. A question without any words finds everything.
func Find(ctx context.Context, db *store.DB, q Query) (Page, error) {
	if q.Sort == "" {
		q.Sort = Newest
	}
	p := Page{Sort: q.Sort, Hits: []Hit{}}
	find := sqlFind[q.Sort]
	if find == nil {
		return p, store.RefuseField("sort", "Không có cách sắp xếp này. Hãy chọn một cách sắp xếp khác.")
	}
	if q.Agency == 0 || len(q.Rights) == 0 {
		return p, nil
	}
	match, err := q.match(db.Engine() == store.Postgres)
	if err != nil {
		return p, err
	}
	place, err := parse(q.Cursor, q.Sort)
	if err != nil {
		return p, err
	}
	args := []any{match, q.Agency, q.IssuedFrom, q.IssuedTo, q.ArrivedFrom, q.ArrivedTo, q.DueFrom, q.DueTo}
	args = args[:len(args):len(args)]
	limit := q.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	if p.Hits, err = store.All[Hit](ctx, db, find, append(args, place.key, place.id, limit+1)...); err != nil {
		return p, err
	}
	if len(p.Hits) > limit {
		p.Hits = p.Hits[:limit]
		last := p.Hits[limit-1]
		p.Next = spot{last.Key, last.ID}.String()
	}
	if q.Cursor == "" && p.Next == "" {
		p.Count = len(p.Hits)
		return p, nil
	}
	n, err := store.One[int](ctx, db, sqlCount, append(args, MostCounted+1)...)
	p.Count, p.More = min(n, MostCounted), n > MostCounted
	return p, err
}

// spot is the place where a page ended.
type spot struct {
	key string
	id  int64
}

func (s spot) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", s.id, s.key))
}

func parse(cursor, sort string) (spot, error) {
	if cursor == "" {
		return map[string]spot{Newest: {"-", 1<<63 - 1}, Oldest: {"-", 0}, ByIssued: {"9999-99-99", 1<<63 - 1}, ByDue: {"", 0}}[sort], nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	var s spot
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d.", &s.id)
	}
	_, key, ok := strings.Cut(string(b), ".")
	if err != nil || !ok || len(key) > 10 || strings.ContainsRune(key, 0) {
		return s, store.Refuse(store.Invalid, "Trang kết quả này không còn đúng. Hãy tìm lại từ đầu.")
	}
	if s.key = key; key == "" && (sort == Newest || sort == Oldest) {
		s.key = "-"
	}
	return s, nil
}

// match writes the question for the engine: every term begins with the agency's mark, and one of the actor's tokens must be there.
func (q Query) match(pg bool) (string, error) {
	w := writer{mark: mark(q.Agency), pg: pg}
	rights := slices.Clone(q.Rights)
	if len(rights) > mostRights {
		rights = rights[:mostRights]
	}
	w.anyOf("r_", rights)
	names := make([]string, 0, len(q.Exact)+len(q.Fields))
	for name := range q.Exact {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if c := code(q.Exact[name]); c != "" && isField(name) {
			w.term(name + "_" + c)
		}
	}
	asked := 0
	names = names[:0]
	for name := range q.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		words := Words(q.Fields[name])
		asked += len(words)
		for _, word := range words {
			if isField(name) {
				w.term(name + "_" + word)
			}
		}
	}
	if len([]rune(q.Words)) > mostLetters {
		return "", store.RefuseField("q", "Nội dung tìm dài quá {n} ký tự. Hãy rút gọn lại.", "n", mostLetters)
	}
	for _, part := range parts(q.Words) {
		asked += len(part.words)
		w.phrase(part.words, part.begins)
	}
	if asked > mostAsked*3 {
		return "", store.RefuseField("q", "Nội dung tìm có quá nhiều từ. Hãy bớt từ rồi tìm lại.")
	}
	return w.b.String(), nil
}

func isField(name string) bool {
	return len(name) > 1 && strings.IndexFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

// part is words that must follow each other; begins takes the last one as the beginning of a word.
type part struct {
	words  []string
	begins bool
}

// parts takes a question apart: quoted text and words with marks inside (12/BC-UBND) are phrases, the last word may be unfinished.
func parts(s string) []part {
	var out []part
	inside := false
	for i, piece := range strings.Split(strings.NewReplacer("“", `"`, "”", `"`).Replace(s), `"`) {
		inside = i%2 == 1
		if inside {
			if w := Words(piece); len(w) > 0 {
				out = append(out, part{words: w})
			}
			continue
		}
		for _, word := range strings.FieldsFunc(piece, unicode.IsSpace) {
			if w := Words(word); len(w) > 0 {
				out = append(out, part{words: w})
			}
		}
	}
	if n := len(out); n > 0 && !inside && !strings.HasSuffix(s, " ") {
		out[n-1].begins = true
	}
	return out
}

// writer writes the query language of an engine. Terms hold letters, digits and underscores only, so nothing can leave its quotes.
type writer struct {
	b    strings.Builder
	mark string
	pg   bool
}

func (w *writer) and() {
	if w.b.Len() == 0 {
		return
	}
	if w.pg {
		w.b.WriteString(" & ")
	} else {
		w.b.WriteString(" AND ")
	}
}

func (w *writer) quote(s string) string {
	if w.pg {
		return "'" + s + "'"
	}
	return `"` + s + `"`
}

func (w *writer) anyOf(field string, tokens []string) {
	w.and()
	or := " OR "
	if w.pg {
		or = " | "
	}
	w.b.WriteByte('(')
	for i, t := range tokens {
		if i > 0 {
			w.b.WriteString(or)
		}
		w.b.WriteString(w.quote(w.mark + field + t))
	}
	w.b.WriteByte(')')
}

func (w *writer) term(t string) {
	w.and()
	w.b.WriteString(w.quote(w.mark + t))
}

func (w *writer) phrase(words []string, begins bool) {
	w.and()
	if !w.pg {
		marked := make([]string, len(words))
		for i, word := range words {
			marked[i] = w.mark + word
		}
		w.b.WriteString(w.quote(strings.Join(marked, " ")))
		if begins {
			w.b.WriteString("*")
		}
		return
	}
	w.b.WriteByte('(')
	for i, word := range words {
		if i > 0 {
			w.b.WriteString(" <-> ")
		}
		w.b.WriteString(w.quote(w.mark + word))
		if begins && i == len(words)-1 {
			w.b.WriteString(":*")
		}
	}
	w.b.WriteByte(')')
}
