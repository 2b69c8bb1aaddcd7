package city

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/audit"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// A migration that adds a table or a column says here what becomes of it in copies.
func TestEveryTableSaysWhatBecomesOfItInCopies(t *testing.T) {
	columns, err := storetest.Open(t).Columns(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	kinds := []string{"", asKept, asRegister, asYear, asNumber, asSuccessor, asCode, asIssued, asEntry, asKey, asLogin, asHeavy, asNames, asRaw}
	classes := []string{keptFounding, keptRegisters, keptQuarter, keptTrail, keptShared, keptMade, keptRefused}
	for _, tab := range repeatTables() {
		told[tab.name] = true
		var have []string
		for _, c := range columns[tab.name] {
			have = append(have, c.Name)
		}
		slices.Sort(have)
		if want := slices.Sorted(slices.Values(tab.columns)); !slices.Equal(have, want) {
			t.Errorf("%s has %v, repeat_tables.txt says %v", tab.name, have, want)
		}
		if !slices.Contains(classes, tab.class) || slices.ContainsFunc(tab.kinds, func(k string) bool { return !slices.Contains(kinds, k) }) {
			t.Errorf("%s is of no known class or kind", tab.name)
		}
		if moving := tab.class == keptQuarter || tab.class == keptTrail; moving && tab.at(tab.key) < 0 {
			t.Errorf("%s is selected by %s, which it has not", tab.name, tab.key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if !told[name] {
			t.Errorf("repeat_tables.txt does not say what becomes of %s", name)
		}
	}
	if slices.Contains(followers, audit.Follower) {
		t.Error("the copies would not be sealed")
	}
}

func TestAQuarterAndACityAreRepeated(t *testing.T) {
	w := Whole{Now: time.Date(2027, 2, 22, 10, 0, 0, 0, calendar.Hanoi), Seed: 5, Quarters: 3, Cities: 2} // the last quarter lies over the turn of the year
	s := installationAt(t, 5, w.played().Now, w.Clock())
	ctx, stop := context.WithTimeout(context.Background(), 8*time.Minute)
	defer stop()
	if _, err := s.Build(ctx, Options{Now: w.played().Now, Seed: 5, Documents: 40}); err != nil {
		t.Fatal(err)
	}
	before := s.rowCounts(t)

	cut, kill := context.WithCancel(ctx) // cut off in the middle of a pass and again in the settling: it goes on
	asked := 0
	w.Progress = func(step string, done, total int) {
		if asked++; asked == 30 || asked == 160 || asked == 300 {
			kill()
		}
	}
	for n := 0; ; n++ {
		err := s.repeat(cut, w)
		if err == nil {
			break
		}
		if n == 3 || !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cut, kill = context.WithCancel(ctx)
	}
	kill()
	s.Clock.reach(w.Now)

	t.Run("as many rows", func(t *testing.T) { s.checkCounts(t, before) })
	t.Run("lists", func(t *testing.T) { s.checkRepeatedLists(t, ctx, 3, 2) })
	t.Run("row for row", func(t *testing.T) { s.checkMovedBack(t, ctx, w, 1) })
	t.Run("told alike", func(t *testing.T) { s.checkToldAlike(t, ctx) })
	t.Run("work goes on", func(t *testing.T) { s.checkNextNumber(t, ctx) })
	t.Run("nothing left open", func(t *testing.T) { s.checkSettled(t, ctx, w) })
}

func (s *Seeder) rowCounts(t *testing.T) map[string]int64 {
	out := map[string]int64{}
	for _, tab := range repeatTables() {
		n, err := store.One[int64](context.Background(), s.DB, store.SQL(`SELECT count(*) FROM `+tab.name))
		if err != nil {
			t.Fatal(err)
		}
		out[tab.name] = n
	}
	return out
}

// checkCounts: the tables in which settling writes nothing new have exactly six times the rows.
func (s *Seeder) checkCounts(t *testing.T, before map[string]int64) {
	now := s.rowCounts(t)
	for _, name := range []string{"documents_outgoing", "documents_incoming", "documents_numbers", "documents_arrival_numbers", "documents_receivers", "documents_lines", "documents_files",
		"documents_versions", "documents_directions", "exchange_deliveries", "exchange_parcels", "documents_approvals"} {
		if now[name] != 6*before[name] || before[name] == 0 {
			t.Errorf("%s: %d rows of %d", name, now[name], before[name])
		}
	}
	for _, name := range []string{"org_agencies", "org_people", "org_holdings", "auth_accounts", "documents_certificates"} {
		if now[name] != 2*before[name] {
			t.Errorf("%s: %d rows of %d", name, now[name], before[name])
		}
	}
}

// moved is an agency as it is in another city.
func (a *agency) moved(h shift) *agency {
	b := *a
	b.id = org.AgencyID(h.id(int64(a.id)))
	b.code = h.words.Replace(a.code)
	b.posts = slices.Clone(a.posts)
	for i := range b.posts {
		p := &b.posts[i]
		p.actor.Person, p.actor.Holding, p.actor.Agency, p.actor.Unit = h.id(p.actor.Person), h.id(p.actor.Holding), h.id(p.actor.Agency), movedOr0(h, p.actor.Unit)
	}
	return &b
}

func movedOr0(h shift, id int64) int64 {
	if id == 0 {
		return 0
	}
	return h.id(id)
}

// checkRepeatedLists walks every clerk's lists in both cities: three times the documents, numbers without a gap, every issued line answered.
func (s *Seeder) checkRepeatedLists(t *testing.T, ctx context.Context, quarters, cities int) {
	root := s.hall.agencies[0].code
	var first *Summary
	for c := range cities {
		sum := &Summary{Outgoing: map[documents.State]int{}, Incoming: map[documents.InState]int{}, Deliveries: map[exchange.State]int{}, Verdicts: map[string]int{}}
		for i := range s.hall.agencies {
			a := &s.hall.agencies[i]
			if c > 0 {
				a = a.moved(cityShift(c, root))
			}
			for _, look := range []func(context.Context, *agency, *Summary) error{s.checkOutgoing, s.checkIncoming} {
				if err := look(ctx, a, sum); err != nil {
					t.Errorf("%s: %v", a.code, err)
				}
			}
		}
		if first == nil {
			first = sum
		}
		if sum.Documents() == 0 || sum.Documents()%quarters != 0 || sum.Documents() != first.Documents() {
			t.Errorf("city %d shows %d documents, the first %d", c, sum.Documents(), first.Documents())
		}
		t.Logf("city %d: %d documents, %v, %v", c, sum.Documents(), sum.Incoming, sum.Deliveries)
	}
}

// checkMovedBack compares copy k with the played quarter, row for row, after moving it back; numbers, which go on, are left out.
func (s *Seeder) checkMovedBack(t *testing.T, ctx context.Context, w Whole, k int) {
	st, err := s.repeatState(ctx)
	if err != nil {
		t.Fatal(err)
	}
	forth := shift{quarter: k, days: daysTo(k)}
	m := &mover{shifts: []shift{forth}, span: span{firstID: st.FirstID, lastID: store.FirstID(st.Settled), from: store.MadeAt(st.FirstID), until: st.Settled}}
	m.span.settle()
	all := make([]shift, w.Quarters)
	for i := range all {
		all[i] = shift{quarter: i, days: daysTo(i)}
	}
	m.quarters = all
	if m.still, err = s.foundedSince(ctx, st.FirstID); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.readNumbers(ctx, s.DB, all[1:]), m.readLetters(ctx, s.DB)); err != nil {
		t.Fatal(err)
	}
	for _, tab := range repeatTables() {
		if tab.class != keptQuarter && tab.class != keptTrail || tab.key != "id" {
			continue
		}
		rows := s.rows(t, &tab, "played", tab.within(m.span))
		want := map[string][]any{}
		for _, row := range rows {
			if tab.name == "store_journal" {
				kind, id, _ := strings.Cut(row[tab.at("ref")].(string), "/")
				if kind == "register" || m.still[digitsValue(leadingDigits(id))] {
					continue
				}
			}
			made, err := m.row(&tab, row)
			if err != nil {
				t.Fatal(err)
			}
			want[fmt.Sprint(made[0][tab.at("id")])] = made[0]
		}
		to := m.span
		to.firstID, to.lastID = forth.id(to.firstID), forth.id(to.lastID)
		rows = s.rows(t, &tab, "copy", tab.within(to))
		found := 0
		for _, row := range rows {
			is := want[fmt.Sprint(row[tab.at("id")])]
			if is == nil {
				continue // of another city, or of the quarter after
			}
			found++
			for i := range row {
				if tab.columns[i] != "xid" && fmt.Sprint(is[i]) != fmt.Sprint(row[i]) {
					t.Errorf("%s.%s: %.200v is not %.200v", tab.name, tab.columns[i], row[i], is[i])
				}
			}
		}
		if found != len(want) {
			t.Errorf("%s: %d of %d rows stand in the copy", tab.name, found, len(want))
		}
	}
}

// rows reads a table by the bulk path, which copies nothing here.
func (s *Seeder) rows(t *testing.T, tab *repeatTable, pass, where string) (out [][]any) {
	_, _, err := s.DB.Repeat(context.Background(), store.Repetition{Pass: pass, Table: tab.name, Columns: tab.columns, Where: where, Make: func(row []any) ([][]any, error) {
		out = append(out, row)
		return nil, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var sqlToldOtherwise = store.SQL(`SELECT count(*) FROM exchange_answers a WHERE a.code = '03' AND NOT EXISTS (SELECT 1 FROM exchange_statuses s
	WHERE s.document_id = a.document_id AND s.code = '03' AND s.description = a.description)`)

// checkToldAlike: what a receiver says of its arrival number stands with the sender too.
func (s *Seeder) checkToldAlike(t *testing.T, ctx context.Context) {
	if n, err := store.One[int64](ctx, s.DB, sqlToldOtherwise); err != nil || n != 0 {
		t.Errorf("%d answers tell another arrival number than the receiver gave: %v", n, err)
	}
}

// checkNextNumber: a clerk of the first and of the second city registers a paper document: the number after the last one of the year.
func (s *Seeder) checkNextNumber(t *testing.T, ctx context.Context) {
	h := cityShift(1, s.hall.agencies[0].code)
	for i, a := range []*agency{&s.hall.agencies[0], s.hall.agencies[0].moved(h)} {
		clerk := a.clerk().actor
		last, err := store.One[int64](ctx, s.DB, store.SQL(`SELECT COALESCE(MAX(number), 0) FROM documents_arrival_numbers WHERE agency_id = $1 AND year = 2027`), clerk.Agency)
		if err != nil {
			t.Fatal(err)
		}
		var in *documents.Registration
		err = s.DB.Write(ctx, clerk, func(tx *store.Tx) error {
			e, err := documents.Enter(ctx, tx, documents.EntryForm{SenderName: "Công ty cổ phần Hồng Hà", Number: fmt.Sprint(90001 + i), Notation: "CV", IssuedDate: "2027-02-19",
				TypeCode: "CONG_VAN", Subject: "đề nghị xác nhận quy hoạch", PageAmount: 1})
			if err == nil {
				in, err = documents.Register(ctx, tx, e.ID, documents.RegisterForm{})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if in.Incoming.ArrivalNumber != last+1 || last == 0 {
			t.Errorf("city %d: number %d follows %d", i, in.Incoming.ArrivalNumber, last)
		}
	}
}

// checkSettled: only the last quarter has open desks.
func (s *Seeder) checkSettled(t *testing.T, ctx context.Context, w Whole) {
	old := store.FirstID(store.InstantOf(w.Now.AddDate(0, 0, -quarterDays-settleDays)))
	count := func(cond string) int64 {
		n, err := store.One[int64](ctx, s.DB, store.SQL(`SELECT count(*) FROM documents_incoming WHERE state IN ('assigned', 'in_progress') AND stage <> 'linked' AND id `+cond+` $1`), old)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if open, now := count("<"), count(">="); open != 0 || now == 0 {
		t.Errorf("%d documents are open in old quarters, %d in the last", open, now)
	}
}
