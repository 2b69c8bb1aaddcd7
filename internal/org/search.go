package org

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// searchText is what the directory is searched by: present names and codes, folded.
func searchText(f AgencyForm) string {
	return i18n.Fold(strings.Join([]string{f.Name, f.ShortName, f.Abbr, f.Code, f.OldCode, f.WireCode, strings.Join(f.OtherCodes, " ")}, " "))
}

var (
	sqlPastNames   = store.SQL(`SELECT DISTINCT name FROM org_agency_versions WHERE agency_id = $1 ORDER BY name`)
	sqlPastCodes   = store.SQL(`SELECT code FROM org_codes WHERE agency_id = $1 ORDER BY valid_from, code`)
	sqlForgetWords = store.SQL(`DELETE FROM org_words WHERE agency_id = $1 AND word NOT IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`)
	sqlAddWords    = store.SQL(`INSERT INTO org_words (word, agency_id) SELECT value, CAST($1 AS BIGINT) FROM json_each(CAST($2 AS TEXT)) WHERE TRUE ON CONFLICT (word, agency_id) DO NOTHING`)
	// Words are matched by prefix as a range of the primary key; the rarest typed word leads, its first agencies are looked at, and the other
	// words are checked on the row. The inner limit keeps common words ("uy", "ban") cheap on both engines.
	sqlSearch = store.SQL(`SELECT a.id, a.search_text, a.state
		FROM (SELECT agency_id FROM org_words WHERE word >= $1 AND word < $2 ORDER BY word, agency_id LIMIT $3) AS w JOIN org_agencies AS a ON a.id = w.agency_id
		WHERE (CAST($4 AS TEXT) = '' OR (' ' || a.search_text) LIKE CAST($4 AS TEXT)) AND (CAST($5 AS TEXT) = '' OR (' ' || a.search_text) LIKE CAST($5 AS TEXT))
		  AND (CAST($6 AS TEXT) = '' OR (' ' || a.search_text) LIKE CAST($6 AS TEXT)) AND (CAST($7 AS TEXT) = '' OR (' ' || a.search_text) LIKE CAST($7 AS TEXT))`)
	sqlWordSpread = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT agency_id FROM org_words WHERE word >= $1 AND word < $2 LIMIT $3) AS few`)
	sqlFirst      = store.SQL(`SELECT id FROM org_agencies WHERE state = 'active' AND (' ' || search_text) NOT LIKE '%.w00%' AND (' ' || search_text) NOT LIKE '% w00%'
		AND search_text NOT LIKE '%-w00%' ORDER BY code LIMIT $1`)
)

// searchTextOf adds the names and codes that an agency had before (X20.1, I10.1).
func searchTextOf(ctx context.Context, r store.Reader, id AgencyID, f AgencyForm) (string, error) {
	text := searchText(f)
	names, err := store.All[string](ctx, r, sqlPastNames, id)
	if err != nil {
		return "", err
	}
	codes, err := store.All[string](ctx, r, sqlPastCodes, id)
	if err != nil {
		return "", err
	}
	for _, past := range append(names, codes...) {
		if past = i18n.Fold(past); !strings.Contains(" "+text+" ", " "+past+" ") {
			text += " " + past
		}
	}
	return text, nil
}

func putWords(ctx context.Context, tx *store.Tx, id AgencyID, f AgencyForm) error {
	text, err := searchTextOf(ctx, tx, id, f)
	if err != nil {
		return err
	}
	words := words(text)
	list := store.JSONOf(words)
	if _, err := tx.Exec(ctx, sqlForgetWords, id, list); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlAddWords, id, list)
	return err
}

func words(folded string) []string {
	w := strings.Fields(folded)
	slices.Sort(w)
	return slices.Compact(w)
}

// SearchAgencies looks the directory through by the beginnings of words of name, short name, abbreviation and codes, in any order and
// without marks; technical nodes stay hidden (X20.4). An empty question gives the first agencies by code.
func SearchAgencies(ctx context.Context, r store.Reader, q string, limit int) ([]Agency, error) {
	limit = min(max(limit, 1), 100)
	typed := words(i18n.Fold(i18n.CleanLine(q)))
	if len(typed) == 0 {
		ids, err := store.All[int64](ctx, r, sqlFirst, limit)
		if err != nil {
			return nil, err
		}
		return agenciesByID(ctx, r, ids)
	}
	if len(typed) > mostTyped {
		slices.SortFunc(typed, func(a, b string) int { return len(b) - len(a) })
		typed = typed[:mostTyped]
	}
	n, err := rarestFirst(ctx, r, typed)
	if err != nil {
		return nil, err
	}
	lead := typed[0]
	var patterns []any
	for i := range 4 {
		pattern := ""
		if i+1 < len(typed) {
			pattern = "% " + strings.NewReplacer("%", "", "_", "").Replace(typed[i+1]) + "%"
		}
		patterns = append(patterns, pattern)
	}
	type hit struct {
		ID         int64
		SearchText string
		State      string
	}
	var hits []hit
	far := lookedFar
	if n < spread {
		far = n
	}
	for _, depth := range []int{looked, far} {
		hits, err = store.All[hit](ctx, r, sqlSearch, append([]any{lead, lead + "\U0010FFFF", depth}, patterns...)...)
		if err != nil {
			return nil, err
		}
		if len(hits) >= limit || n < looked {
			break
		}
	}
	question := i18n.Fold(q)
	slices.SortFunc(hits, func(a, b hit) int {
		return rank(a.State, a.SearchText, question) - rank(b.State, b.SearchText, question)
	})
	var ids []int64
	for _, h := range hits { // an agency with two words of the same beginning comes twice
		if !slices.Contains(ids, h.ID) && !technical(h.SearchText) {
			if ids = append(ids, h.ID); len(ids) == limit {
				break
			}
		}
	}
	return agenciesByID(ctx, r, ids)
}

// technical: one of the codes is a node's (I1.10).
func technical(searchText string) bool {
	for _, w := range strings.Fields(searchText) {
		if codeNode.MatchString(strings.ToUpper(w)) {
			return true
		}
	}
	return false
}

// rank puts active agencies and those whose name begins with the question first, short names before long ones.
func rank(state, text, question string) int {
	n := len(text)
	if !strings.HasPrefix(text, question) {
		n += 10_000
	}
	if state != "active" {
		n += 100_000
	}
	return n
}

// How many agencies of the leading word are looked at: first few, then many when the other words leave too few; and how far words are counted to
// find the leading one.
const (
	looked    = 1000
	lookedFar = 15_000
	spread    = 2500
	mostTyped = 8
)

// rarestFirst sorts the typed words by how many agencies have them, and tells how many have the first, up to spread; between common words the longer leads.
func rarestFirst(ctx context.Context, r store.Reader, typed []string) (int, error) {
	has := map[string]int64{}
	for _, w := range typed {
		n, err := store.One[int64](ctx, r, sqlWordSpread, w, w+"\U0010FFFF", spread)
		if err != nil {
			return 0, err
		}
		has[w] = n
	}
	slices.SortStableFunc(typed, func(a, b string) int {
		if has[a] != has[b] {
			return int(has[a] - has[b])
		}
		return len(b) - len(a)
	})
	return int(has[typed[0]]), nil
}

func agenciesByID(ctx context.Context, r store.Reader, ids []int64) ([]Agency, error) {
	list, err := json.Marshal(append([]int64{}, ids...))
	if err != nil {
		return nil, err
	}
	found, err := store.All[Agency](ctx, r, sqlByIDs, lastDay, string(list))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Agency) int { return slices.Index(ids, int64(a.ID)) - slices.Index(ids, int64(b.ID)) })
	return found, nil
}
