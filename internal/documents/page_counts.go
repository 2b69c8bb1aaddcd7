package documents

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"weak"

	"congvu/internal/store"
)

// asking is a statement whose text names its values by number in any order and as often as it likes; order is how they stand for the engine.
type asking struct {
	stmt  *store.Stmt
	order []int
}

func ask(text string) asking {
	text, order := asked(text)
	return asking{store.SQL(numbered(text)), order}
}

// with picks the statement's values out of all that its list knows.
func (q asking) with(all []any) []any { return valuesAt(q.order, all, 1) }

// enough is where the counting of a tab really stops: a tab that reaches it is far beyond MostCounted, and for plentyFor nobody counts it again.
const (
	enough    = 2*MostCounted + 1
	plentyFor = 60_000_000 // microseconds
)

// plenty remembers tabs that hold far more than is counted: "1000+" stays true until a thousand documents have left within a minute, which no
// desk does. Only tabs without a filter are remembered, for each actor.
var plenty = struct {
	sync.Mutex
	until map[plentyKey]store.Instant
}{until: map[plentyKey]store.Instant{}}

type plentyKey struct {
	db     weak.Pointer[store.DB]
	list   string
	tab    int
	agency int64
	seer   seer
}

// seer is everything of an actor that bounds what it sees.
type seer struct {
	person, post, acted, unit int64
	roles                     store.Roles
	past                      bool
}

// mostPlenty bounds the memory; beyond it everything is counted once more.
const mostPlenty = 20_000

// counting is the counts of a list's tabs as one statement. Its text counts tab i only when the value $(wants+i) is 1.
type counting struct {
	list  string
	wants int // number of the first wish among the values
	asking
}

// count says how one tab is counted: from is its FROM clause and predicate without WHERE's first condition.
func countTab(i, wants int, text string) string {
	return fmt.Sprintf("SELECT CAST(%d AS BIGINT) AS tab, CAST(count(*) AS BIGINT) AS n FROM (%s LIMIT %d) AS counted_%d", i, strings.ReplaceAll(text, wished, fmt.Sprintf("CAST($%d AS BIGINT) = 1", wants+i)), enough, i)
}

// wished stands in a counted text for the condition that somebody wants the tab.
const wished = `WISHED`

func countings(list string, wants int, texts []string) counting {
	return counting{list, wants, ask(strings.Join(texts, " UNION ALL "))}
}

type tabCount struct{ Tab, N int }

// of counts the tabs that are wanted (nil = all), in one statement; tabs known to hold plenty are not counted at all.
func (c counting) of(ctx context.Context, r store.Reader, values []any, tabs int, wanted func(i int) bool, a store.Actor, narrowed bool) ([]Tab, error) {
	db, _ := r.(*store.DB)
	key := plentyKey{list: c.list, agency: a.Agency, seer: seer{a.Person, a.Holding, a.ForHolding, a.Unit, a.Roles, a.ReadOnly}}
	remember := db != nil && !narrowed
	out, now, some := make([]Tab, tabs), instantOf(r), false
	if remember {
		key.db = weak.Make(db)
	}
	all := append(make([]any, 0, c.wants-1+tabs), values...)
	for len(all) < c.wants-1 {
		all = append(all, nil)
	}
	plenty.Lock()
	for i := range tabs {
		wish := 0
		if wanted == nil || wanted(i) {
			key.tab = i
			if remember && plenty.until[key] > now {
				out[i] = Tab{Count: MostCounted, More: true}
			} else {
				wish, some = 1, true
			}
		}
		all = append(all, wish)
	}
	plenty.Unlock()
	if !some {
		return out, nil
	}
	rows, err := store.All[tabCount](ctx, r, c.stmt, c.with(all)...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if all[c.wants-1+row.Tab] == 0 {
			continue
		}
		out[row.Tab] = Tab{Count: min(row.N, MostCounted), More: row.N > MostCounted}
		if key.tab = row.Tab; remember && row.N >= enough {
			plenty.Lock()
			if len(plenty.until) >= mostPlenty {
				clear(plenty.until)
			}
			plenty.until[key] = now + plentyFor
			plenty.Unlock()
		}
	}
	return out, nil
}
