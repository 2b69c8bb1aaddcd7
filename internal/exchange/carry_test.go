package exchange

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// swapped gives other bytes for a file to whoever packs it: a file that was changed on its way.
type swapped struct {
	blob.Store
	mu   sync.Mutex
	swap map[string]string
}

func (s *swapped) Open(ctx context.Context, sha string) (*blob.File, error) {
	s.mu.Lock()
	if other := s.swap[sha]; other != "" {
		sha = other
	}
	s.mu.Unlock()
	return s.Store.Open(ctx, sha)
}

// weeks is what the agencies of a house do in the comparison of both ways; carry brings everything to its receivers.
func weeks(h *house, clock *storetest.Clock, carry func()) {
	ctx := context.Background()
	office := h.office
	office.consign = nil
	forge := &swapped{Store: office.Blobs, swap: map[string]string{}}
	office.Blobs = forge
	desk := &documents.Desk{DB: office.DB, Blobs: forge.Store, Keys: office.Keys, Trust: office.Trust}
	one, two, three := h.staffed("H26.1"), h.staffed("H26.2"), h.staffed("H26.3")
	form := func(s staff, kind, subject string, to ...int) documents.DraftForm {
		f := documents.DraftForm{TypeCode: kind, Subject: subject, Body: "Đề nghị các cơ quan báo cáo trước ngày 15 hằng tháng./.", Signer: org.HoldingID(s.head.Holding), KeptCopies: 1}
		if kind == "CONG_VAN" {
			f.Addressees = []string{"Các cơ quan"}
		}
		for i, n := range to {
			role := documents.ForAction
			if i%2 == 1 {
				role = documents.ForInformation
			}
			f.Receivers = append(f.Receivers, documents.ReceiverForm{Agency: org.AgencyID(h.agency[fmt.Sprintf("H26.%d", n)]), Role: role})
		}
		return f
	}
	issue := func(s staff, id int64) int64 {
		h.act(s.clerk, func(ctx context.Context, tx *store.Tx) error { _, err := documents.Issue(ctx, tx, id); return err })
		return id
	}
	everybody := []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

	question := form(one, "CONG_VAN", "báo cáo tình hình chuyển đổi số  quý I", 2)
	question.DueDate, question.Urgency = "2026-03-20", documents.Urgent
	asked := issue(one, h.drawnAs(desk, one, question, nil))
	decision := form(one, "QUYET_DINH", "ban hành Quy chế làm việc & <phối hợp>", everybody...)
	decision.Urgency = documents.Express
	ordered := issue(one, h.drawnAs(desk, one, decision, nil))
	enclosed := form(one, "THONG_BAO", "kèm biểu mẫu", 3, 4, 5)
	issue(one, h.drawnAs(desk, one, enclosed, func(id int64) {
		files, err := documents.Files(ctx, office.DB, one.clerk, fmt.Sprintf("outgoing/%d", asked))
		h.must(err)
		signed, err := blob.ReadAll(ctx, forge.Store, files[0].SHA, files[0].Size)
		h.must(err)
		_, err = documents.AddFile(ctx, desk, one.drafter, fmt.Sprintf("outgoing/%d", id), "bieu-mau.pdf", bytes.NewReader(signed))
		h.must(err)
		_, err = documents.AddFile(ctx, desk, one.drafter, fmt.Sprintf("outgoing/%d", id), "so-lieu.csv", strings.NewReader("a;b;c\n1;2;3\n"))
		h.must(err)
	}))
	changed := h.drawnAs(desk, one, form(one, "CONG_VAN", "bị sửa trên đường đi", 2, 5), nil)
	files, err := documents.Files(ctx, office.DB, one.clerk, fmt.Sprintf("outgoing/%d", changed))
	h.must(err)
	whole, err := blob.ReadAll(ctx, forge.Store, files[0].SHA, files[0].Size)
	h.must(err)
	at := bytes.Index(whole, []byte("/MediaBox"))
	whole[at+1] = 'N'
	other, err := forge.Store.Put(ctx, bytes.NewReader(whole), 0)
	h.must(err)
	forge.swap[files[0].SHA] = other.SHA
	issue(one, changed)
	carry()

	// A day later the receivers act: one registers, another refuses, others go on.
	clock.Step(24 * 3600e9)
	first := func(agency string, outgoing int64) *documents.Incoming {
		for _, p := range h.taken(agency) {
			if line := h.lines("H26.1", outgoing)[0]; p.DocumentID == line.DocumentID {
				d, err := documents.Receipt(ctx, office.DB, h.agency[agency], refID(p.Ref, "incoming"))
				h.must(err)
				return d
			}
		}
		h.Fatalf("%s has not got %d", agency, outgoing)
		return nil
	}
	in := first("H26.2", asked)
	h.act(two.clerk, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, in.ID, documents.RegisterForm{})
		return err
	})
	h.act(three.clerk, func(ctx context.Context, tx *store.Tx) error {
		return documents.Refuse(ctx, tx, first("H26.3", ordered).ID, documents.WrongAddressee, "Văn bản không thuộc thẩm quyền [[sha256=00]] của cơ quan")
	})
	for n, verbs := range map[int][]string{4: {"document.registered", "document.directed", "document.started", "document.completed"}, 5: {"document.registered", "document.directed"}} {
		agency := fmt.Sprintf("H26.%d", n)
		for _, verb := range verbs {
			h.record(agency, verb, first(agency, ordered).Ref())
		}
	}
	carry()

	// The reply, and what is asked back.
	clock.Step(24 * 3600e9)
	answer := form(two, "CONG_VAN", "trả lời văn bản của cơ quan H26.1", 1)
	answer.ReplyTo = in.ID
	two.drafter = two.clerk // who sees it
	issue(two, h.drawnAs(desk, two, answer, nil))
	for _, l := range h.lines("H26.1", ordered) {
		if l.ReceiverCode == "H26.6" || l.ReceiverCode == "H26.7" {
			h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
				return AskBack(ctx, tx, l.ID, "Gửi nhầm cho cơ quan này")
			}))
		}
	}
	carry()
	h.must(h.does("H26.6", func(ctx context.Context, tx *store.Tx) error {
		return documents.AgreeRequest(ctx, tx, first("H26.6", ordered).ID, 0)
	}))
	h.must(h.does("H26.7", func(ctx context.Context, tx *store.Tx) error {
		return documents.DeclineRequest(ctx, tx, first("H26.7", ordered).ID, 0, "Văn bản đã được xử lý xong tại cơ quan")
	}))
	h.act(one.head, func(ctx context.Context, tx *store.Tx) error {
		return documents.Recall(ctx, tx, asked, documents.RecallForm{Reason: "Văn bản ban hành sai thẩm quyền", Basis: "Công văn 02/UBND-VP"})
	})
	carry()

	// What was decided is decided anew, and the clerk sends it to one receiver once more; some agree, one leader does not.
	clock.Step(24 * 3600e9)
	instead := form(one, "QUYET_DINH", "thay thế Quy chế làm việc", everybody[1:]...)
	replacing := h.drawnAs(desk, one, instead, func(id int64) {
		h.act(one.drafter, func(ctx context.Context, tx *store.Tx) error {
			return documents.Relate(ctx, tx, id, ordered, documents.RelationReplace, "Quy chế làm việc đã ban hành còn sai căn cứ")
		})
	})
	issue(one, replacing)
	carry()
	for _, l := range h.lines("H26.1", ordered) {
		if l.ReceiverCode == "H26.12" {
			h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
				return SendUpdate(ctx, tx, l.ID, "Tệp kèm theo không mở được")
			}))
		}
	}
	carry()
	for i, agency := range []string{"H26.4", "H26.8", "H26.9", "H26.10", "H26.12"} {
		h.must(h.does(agency, func(ctx context.Context, tx *store.Tx) error {
			if i == 3 {
				return documents.DeclineRequest(ctx, tx, first(agency, ordered).ID, 0, "Việc đã làm xong theo văn bản cũ")
			}
			return documents.AgreeRequest(ctx, tx, first(agency, ordered).ID, 0)
		}))
	}
	carry()
}

var sqlTestUnderWay = store.SQL(`SELECT 'line ' || receiver_code || ' ' || state FROM exchange_deliveries WHERE state IN ('not_sent', 'queued', 'on_exchange') OR due_us > 0
	UNION ALL SELECT 'status ' || code || ' ' || last_error FROM exchange_statuses WHERE due_us > 0 OR sent_us = 0
	UNION ALL SELECT 'job ' || kind || ' ' || last_error FROM store_jobs WHERE kind LIKE 'exchange.%'
	UNION ALL SELECT 'request ' || kind || ' ' || state FROM exchange_requests WHERE state = 'waiting'`)

// settled tells whether nothing of a house is under way.
func (h *house) settled() bool {
	left, err := store.All[string](context.Background(), h.office.DB, sqlTestUnderWay)
	h.must(err)
	done, err := h.office.DB.CaughtUp(context.Background(), Follower)
	h.must(err)
	answered := true // an answer that has left is applied a moment later
	for _, s := range h.statusesWithoutAnswer() {
		answered = answered && s == ""
	}
	return len(left) == 0 && done && answered
}

var sqlTestUnanswered = store.SQL(`SELECT s.code || ' of ' || s.document_id FROM exchange_statuses s JOIN org_agencies a ON a.wire_code = s.peer_code JOIN org_agencies o ON o.id = s.agency_id
	WHERE NOT EXISTS (SELECT 1 FROM exchange_answers x WHERE x.agency_id = a.id AND x.document_id = s.document_id AND x.code = s.code AND x.peer_code = o.wire_code)
	UNION ALL SELECT q.kind || ' of ' || q.receiver_code FROM exchange_requests q JOIN org_agencies a ON a.wire_code = q.receiver_code
	WHERE NOT EXISTS (SELECT 1 FROM documents_requests x WHERE x.agency_id = a.id AND x.kind = q.kind)`)

func (h *house) statusesWithoutAnswer() []string {
	out, err := store.All[string](context.Background(), h.office.DB, sqlTestUnanswered)
	h.must(err)
	return out
}

// From hand to hand the same rows come about as over the axis (decision 0043): several kinds, urgencies and numbers of receivers, a registration, a refusal, progress, a reply,
// requests and their answers, a recall, a file that was changed on its way, files that are no PDF.
func TestFromHandToHandTheSameRowsComeAboutAsOverTheAxis(t *testing.T) {
	var codes []string
	for i := range 15 {
		codes = append(codes, fmt.Sprintf("H26.%d", i+1))
	}
	var both [2]map[string][]string
	for i := range both {
		clock := storetest.NewClock(epoch)
		h := buildAt(t, clock, axis.Config{}, codes, nil)
		carry := func() {
			n, err := h.office.CarryInHouse(t.Context())
			h.must(err)
			if n == 0 || !h.settled() {
				left, _ := store.All[string](t.Context(), h.office.DB, sqlTestUnderWay)
				t.Fatalf("%d carried, left: %v %v", n, left, h.statusesWithoutAnswer())
			}
		}
		stop := func() {}
		if i == 0 {
			stop = h.work()
			carry = func() { h.until("everything is settled", h.settled) }
		}
		opened := 0
		h.office.failing = func(at string) error {
			if at == "before arrive" && i == 1 {
				opened++
			}
			return nil
		}
		weeks(h, clock, carry)
		stop()
		if opened > 0 {
			t.Errorf("%d documents went the ordinary way", opened)
		}
		h.must(h.office.notePeers(t.Context()))
		both[i] = h.rows(clock)
	}
	tables := map[string]bool{}
	for _, rows := range both {
		for name := range rows {
			tables[name] = true
		}
	}
	for name := range tables {
		over, byHand := both[0][name], both[1][name]
		for _, row := range without(over, byHand) {
			t.Errorf("%s: only over the axis: %s", name, row)
		}
		for _, row := range without(byHand, over) {
			t.Errorf("%s: only from hand to hand: %s", name, row)
		}
	}
	if n := len(both[1]["exchange_answers"]); n < 30 {
		t.Errorf("%d answers are too few for a comparison", n)
	}
}

func without(a, b []string) (out []string) {
	b = slices.Clone(b)
	for _, row := range a {
		if i := slices.Index(b, row); i >= 0 {
			b = slices.Delete(b, i, i+1)
		} else {
			out = append(out, row)
		}
	}
	return out
}

var (
	longNumber = regexp.MustCompile(`\b\d{16,19}\b`)
	hash       = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	base64Text = regexp.MustCompile(`[A-Za-z0-9+/]{40,}={0,2}`)
	isoTime    = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?`)
)

// rows gives every row of every table by what it says: identifiers by what they name, times by the hour, hashes by whose they are, signatures and keys left out.
func (h *house) rows(clock *storetest.Clock) map[string][]string {
	h.Helper()
	var dump bytes.Buffer
	_, err := h.office.DB.Dump(context.Background(), &dump)
	h.must(err)
	type row map[string]any
	tables := map[string][]row{}
	var order []string
	table, columns := "", []string(nil)
	lines := bufio.NewReader(&dump)
	for {
		b, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		if b[0] == '{' {
			var head struct {
				Table   string
				Columns []string
			}
			h.must(json.Unmarshal(b, &head))
			if head.Table != "" {
				table, columns = head.Table, head.Columns
				order = append(order, table)
			}
			continue
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		var values []any
		h.must(d.Decode(&values))
		r := row{}
		for i, c := range columns {
			r[c] = values[i]
		}
		tables[table] = append(tables[table], r)
	}
	text := func(r row, columns ...string) string {
		var out []string
		for _, c := range columns {
			out = append(out, fmt.Sprint(r[c]))
		}
		return strings.Join(out, ",")
	}
	ids, hashes := map[string]string{}, map[string]string{}
	say := func(s string) string {
		s = longNumber.ReplaceAllStringFunc(s, func(n string) string {
			if len(n) == 16 {
				var at store.Instant
				fmt.Sscan(n, &at)
				return at.Time().Format("@02 15h")
			}
			if name := ids[n]; name != "" {
				return name
			}
			return "#"
		})
		s = hash.ReplaceAllStringFunc(s, func(x string) string {
			if name := hashes[x]; name != "" {
				return name
			}
			return "hash"
		})
		s = isoTime.ReplaceAllStringFunc(s, func(x string) string { return x[:13] })
		return base64Text.ReplaceAllString(s, "base64")
	}
	// Each kind of identifier gets a name of what it stands for; those that stand in others first.
	natural := []struct {
		table   string
		columns []string
	}{{"documents_outgoing", []string{"subject"}}, {"documents_incoming", []string{"agency_id", "document_id"}}, {"exchange_parcels", []string{"agency_id", "direction", "document_id", "title", "state"}},
		{"exchange_deliveries", []string{"document_id", "receiver_code"}}, {"exchange_requests", []string{"delivery_id", "kind"}}, {"documents_requests", []string{"agency_id", "kind", "document_id"}},
		{"exchange_statuses", []string{"agency_id", "code", "document_id", "peer_code"}}, {"exchange_answers", []string{"agency_id", "peer_code", "code", "document_id"}},
		{"documents_files", []string{"ref", "ordinal"}}, {"documents_versions", []string{"ref", "no"}}}
	byOrder := func(name string) {
		slices.SortFunc(tables[name], func(a, b row) int { return strings.Compare(fmt.Sprintf("%19v", a["id"]), fmt.Sprintf("%19v", b["id"])) })
		for i, r := range tables[name] {
			if id := fmt.Sprint(r["id"]); len(id) > 16 && ids[id] == "" {
				ids[id] = fmt.Sprintf("<%s %d>", name, i)
			}
		}
	}
	for _, name := range order {
		if strings.HasPrefix(name, "org_") || name == "documents_certificates" || name == "documents_registers" {
			byOrder(name)
		}
	}
	for _, n := range natural {
		for _, r := range tables[n.table] {
			name := "<" + strings.TrimPrefix(n.table, "exchange_") + " " + say(text(r, n.columns...)) + ">"
			if id := fmt.Sprint(r["id"]); len(id) > 16 {
				ids[id] = name
			}
			if sha, _ := r["sha"].(string); sha != "" && (n.table == "exchange_parcels" && r["direction"] == "out" || strings.HasPrefix(fmt.Sprint(r["ref"]), "outgoing/")) && hashes[sha] == "" {
				hashes[sha] = "hash of " + name
			}
		}
	}
	texts := h.packedTexts()
	out := map[string][]string{}
	for name, rows := range tables {
		if name == "store_cursors" || name == "goose_db_version" || name == "store_bases" { // how far a follower has read is told by an identifier of the journal; who came first is a base
			continue
		}
		for _, r := range rows {
			if r["name"] == "exchange.reconciled" { // that Run has compared last night's mail
				continue
			}
			var cells []string
			for c, v := range r {
				if kept, ok := v.(string); ok && texts[kept] != "" {
					v = texts[kept]
				}
				cells = append(cells, c+"="+say(fmt.Sprint(v)))
			}
			slices.Sort(cells)
			out[name] = append(out[name], strings.Join(cells, " | "))
		}
	}
	return out
}

var (
	sqlTestPackedRaw    = store.SQL(`SELECT raw FROM exchange_answers UNION SELECT raw FROM exchange_statuses ORDER BY raw`)
	sqlTestPackedReport = store.SQL(`SELECT verdict_report FROM documents_files UNION SELECT verdict_report FROM documents_versions ORDER BY verdict_report`)
)

// packedTexts are the texts behind what stands in packed columns.
func (h *house) packedTexts() map[string]string {
	h.Helper()
	out := map[string]string{}
	stands, err := store.All[string](context.Background(), h.office.DB, sqlTestPackedRaw)
	h.must(err)
	raw, err := store.All[store.Packed](context.Background(), h.office.DB, sqlTestPackedRaw)
	h.must(err)
	for i, text := range raw {
		out[stands[i]] = string(text)
	}
	stands, err = store.All[string](context.Background(), h.office.DB, sqlTestPackedReport)
	h.must(err)
	reports, err := store.All[store.PackedJSON](context.Background(), h.office.DB, sqlTestPackedReport)
	h.must(err)
	for i, text := range reports {
		out[stands[i]] = string(text)
	}
	return out
}

// A parcel that does not come through is sent again by itself, and leaves the rows that it leaves over an axis that has lost it (decision 0044).
func TestALostParcelIsSentAgainWithTheSameRows(t *testing.T) {
	codes := []string{"H26.1", "H26.2", "H26.3", "H26.4"}
	var both [2]map[string][]string
	for i := range both {
		clock := storetest.NewClock(epoch)
		h := buildAt(t, clock, axis.Config{}, codes, nil)
		lose := func(d Delivery) bool { return d.ReceiverCode == "H26.3" && d.Sends < 2 }
		stop, id := func() {}, int64(0)
		again := func(sends int) {
			t.Helper()
			if i == 1 {
				_, err := h.office.CarryLosing(t.Context(), lose)
				h.must(err)
			}
			h.until("it was sent again", func() bool {
				l := h.lines("H26.1", id)
				return len(l) == 3 && l[1].Sends == sends && l[0].State == Arrived && l[2].State == Arrived && (sends < 3) == (l[1].State == OnExchange)
			})
			clock.Step(time.Hour)
		}
		if i == 0 {
			h.office.losing = func(p axis.Parcel) bool {
				return strings.HasSuffix(p.ID, "/H26.3") && p.Kind == kindDocument && lose(h.lines("H26.1", id)[1])
			}
			stop = h.work()
		}
		id = h.issue("H26.1", codes[1:]...)
		again(1)
		again(2)
		again(3)
		h.until("everything is settled", h.settled)
		stop()
		h.must(h.office.notePeers(t.Context()))
		both[i] = h.rows(clock)
	}
	for name := range both[0] {
		for _, row := range without(both[0][name], both[1][name]) {
			t.Errorf("%s: only over the axis: %s", name, row)
		}
		for _, row := range without(both[1][name], both[0][name]) {
			t.Errorf("%s: only from hand to hand: %s", name, row)
		}
	}
}

// What does not fit, or breaks in the middle, goes one by one: nothing is lost, nothing comes twice.
func TestACarriageThatBreaksLosesNothing(t *testing.T) {
	codes := []string{"H26.1", "H26.2", "H26.3", "H26.4"}
	h := build(t, axis.Config{}, codes, []string{"H27.1"})
	id := h.issue("H26.1", "H26.2", "H26.3", "H26.4", "H27.1")
	broken := map[string]bool{}
	h.office.failing = func(at string) error {
		if broken[at] {
			return nil
		}
		broken[at] = true
		return errors.New("broken " + at)
	}
	for range 12 {
		h.office.CarryInHouse(t.Context())
		h.must(h.office.DB.Keep(t.Context(), func(tx *store.Tx) error {
			for _, s := range sqlTestDueNow {
				if _, err := tx.Exec(t.Context(), s, tx.Now()); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if !broken["before carried"] || !broken["before answered"] {
		t.Fatalf("%v", broken)
	}
	for _, l := range h.lines("H26.1", id) {
		want := Arrived
		if l.ReceiverCode == "H27.1" {
			want = Queued
		}
		if l.State != want || want == Queued && (l.Sends != 0 || l.SentAt != 0) {
			t.Errorf("%+v", l)
		}
	}
	for _, code := range codes[1:] {
		if got := h.taken(code); len(got) != 1 || len(h.owedFor(code, got[0].Ref)) != 1 {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// sqlTestDueNow lets pass the time that work which failed waits.
var sqlTestDueNow = []*store.Stmt{store.SQL(`UPDATE store_jobs SET due_us = $1, lease_us = 0`), store.SQL(`UPDATE exchange_deliveries SET due_us = $1 WHERE due_us > $1`),
	store.SQL(`UPDATE exchange_statuses SET due_us = $1 WHERE due_us > $1`)}
