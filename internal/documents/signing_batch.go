package documents

import (
	"context"
	"fmt"
	"strconv"

	"congvu/internal/store"
)

// Kinds of batch.
const (
	BatchSign    = "sign"    // a person's approving signatures with the key that the server holds for him
	BatchRelease = "release" // the clerk's: number, agency's signature, issue
)

// States of a batch and of its items.
const (
	BatchRunning = "running"
	BatchEnded   = "ended"

	ItemWaiting   = "waiting"
	ItemWorking   = "working"
	ItemDone      = "done"
	ItemFailed    = "failed" // the document stays where it was, with the reason
	ItemCancelled = "cancelled"
)

var batchLabels = map[string]string{BatchRunning: "Đang ký", BatchEnded: "Đã kết thúc", ItemWaiting: "Chờ đến lượt", ItemWorking: "Đang ký", ItemDone: "Đã xong",
	ItemFailed: "Không thành công", ItemCancelled: "Đã hủy"}

// BatchLabel is a state of a batch or of an item in Vietnamese, a key of i18n.
func BatchLabel(state string) string { return batchLabels[state] }

// Sizes of a batch unless the settings documents.batch_person and documents.batch_seal say otherwise (S11.4).
const (
	DefaultBatchPerson = 100
	DefaultBatchSeal   = 10
	mostBatch          = 1000
)

// Pick is one document of a batch as its orderer saw it.
type Pick struct {
	ID  int64
	SHA string // of the main file that he saw; "" takes the file as it is when the batch starts
}

// BatchForm orders a batch.
type BatchForm struct {
	Kind    string // sign or release
	Picks   []Pick
	Consent bool // one for the whole list (S11.1): he saw it and could open each file
}

// Batch is a list of documents that are signed or released one after the other with one consent (S11).
type Batch struct {
	ID, AgencyID int64
	Kind         string
	State        string
	PersonID     int64
	HoldingID    int64
	Total        int
	Open         int           `db:"open_n"` // waiting or working
	Created      store.Instant `db:"created_us"`
	Ended        store.Instant `db:"ended_us"`

	Done, Failed, Cancelled, Working int `db:"-"`
}

// BatchItem is one document of a batch and what became of it.
type BatchItem struct {
	Ordinal    int
	OutgoingID int64
	TypeName   string
	Subject    string
	Capacity   string
	Pages      int
	SHA        string // of the main file, frozen when the batch started (S11.2)
	State      string
	Reason     store.Message `db:"-"` // why it failed, or what is still to come of a document that is done
	At         store.Instant `db:"at_us"`
}

type batchRow struct {
	Batch
	Actor store.JSON
}

type itemRow struct {
	BatchItem
	ReasonJSON store.JSON `db:"reason"`
}

const (
	batchColumns = `agency_id, id, kind, state, person_id, holding_id, actor, total, open_n, created_us, ended_us`
	itemColumns  = `ordinal, outgoing_id, type_name, subject, capacity, pages, sha, state, reason, at_us`
)

var (
	sqlPutBatch = store.SQL(`INSERT INTO documents_batches (` + batchColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`)
	sqlPutItem  = store.SQL(`INSERT INTO documents_batch_items (agency_id, batch_id, ` + itemColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	sqlBatch    = store.SQL(`SELECT ` + batchColumns + ` FROM documents_batches WHERE agency_id = $1 AND id = $2 AND person_id = $3`)
	sqlBatches  = store.SQL(`SELECT ` + batchColumns + ` FROM documents_batches WHERE agency_id = $1 AND person_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4`)
	sqlAnyBatch = store.SQL(`SELECT ` + batchColumns + ` FROM documents_batches WHERE agency_id = $1 AND id = $2`)
	sqlCounts   = store.SQL(`SELECT batch_id, state, CAST(count(*) AS BIGINT) AS n FROM documents_batch_items WHERE agency_id = $1 AND batch_id = $2 GROUP BY batch_id, state`)
	sqlCountsOf = store.SQL(`SELECT batch_id, state, CAST(count(*) AS BIGINT) AS n FROM documents_batch_items
		WHERE agency_id = $1 AND batch_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) GROUP BY batch_id, state`)
	sqlItems    = store.SQL(`SELECT ` + itemColumns + ` FROM documents_batch_items WHERE agency_id = $1 AND batch_id = $2 ORDER BY ordinal`)
	sqlItem     = store.SQL(`SELECT ` + itemColumns + ` FROM documents_batch_items WHERE agency_id = $1 AND batch_id = $2 AND ordinal = $3`)
	sqlTakeItem = store.SQL(`UPDATE documents_batch_items SET state = 'working', at_us = $1 WHERE agency_id = $2 AND batch_id = $3 AND ordinal = $4 AND state IN ('waiting', 'working')`)
	sqlEndItem  = store.SQL(`UPDATE documents_batch_items SET state = $1, reason = $2, at_us = $3 WHERE agency_id = $4 AND batch_id = $5 AND ordinal = $6 AND state = 'working'`)
	sqlDropRest = store.SQL(`UPDATE documents_batch_items SET state = 'cancelled', at_us = $1 WHERE agency_id = $2 AND batch_id = $3 AND state = 'waiting'`)
	sqlLessOpen = store.SQL(`UPDATE documents_batches SET open_n = open_n - $1 WHERE agency_id = $2 AND id = $3 AND open_n >= $1 RETURNING open_n`)
	sqlEndBatch = store.SQL(`UPDATE documents_batches SET state = 'ended', ended_us = $1 WHERE agency_id = $2 AND id = $3 AND state = 'running'`)
)

// BatchLimit is the most documents of one batch of a kind (settings documents.batch_person, documents.batch_seal; at most 1000).
func BatchLimit(ctx context.Context, r store.Reader, agency int64, kind string) (int, error) {
	name, most := "documents.batch_person", DefaultBatchPerson
	if kind == BatchRelease {
		name, most = "documents.batch_seal", DefaultBatchSeal
	}
	s, err := store.Setting(ctx, r, agency, name, strconv.Itoa(most))
	if err != nil {
		return 0, err
	}
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		most = min(n, mostBatch)
	}
	return most, nil
}

// StartBatch freezes a list of documents with the hash of each file and lets the installation work through it with the one consent given now
// (S11.1, S11.2): Batch tells how far it is. What cannot be signed is an item that failed, with its reason; it stops no other (S11.3).
// Invalid for an empty list, one with the same document twice, more than BatchLimit, or without consent; NotFound when one of them is not the
// actor's to see: then nothing is started.
func StartBatch(ctx context.Context, tx *store.Tx, f BatchForm) (*Batch, error) {
	a := tx.Actor()
	if err := f.check(ctx, tx); err != nil {
		return nil, err
	}
	b := &batchRow{Batch: Batch{ID: tx.NewID(), AgencyID: a.Agency, Kind: f.Kind, State: BatchRunning, PersonID: a.Person, HoldingID: a.Holding, Total: len(f.Picks), Created: tx.Now()},
		Actor: store.JSONOf(a)}
	items := make([]itemRow, len(f.Picks))
	for i, p := range f.Picks {
		var err error
		if items[i], err = b.freeze(ctx, tx, p); err != nil {
			return nil, err
		}
		items[i].Ordinal = i
		if items[i].State == ItemWaiting {
			b.Open++
		}
	}
	if b.Open == 0 {
		return nil, store.Because(store.Refuse(store.Conflict, "Không văn bản nào trong danh sách thực hiện được. Các văn bản được giữ nguyên. Văn bản đầu tiên: {reason}", "reason", items[0].Reason), nil)
	}
	if err := tx.Put(ctx, sqlPutBatch, b.AgencyID, b.ID, b.Kind, b.State, b.PersonID, b.HoldingID, b.Actor, b.Total, b.Open, b.Created); err != nil {
		return nil, err
	}
	for _, x := range items {
		if err := b.put(ctx, tx, x); err != nil {
			return nil, err
		}
	}
	b.Failed = b.Total - b.Open
	return &b.Batch, tx.Record(store.Event{Verb: "batch.started", Agency: b.AgencyID, Ref: b.ref(), Data: map[string]any{"kind": b.Kind, "documents": len(items), "open": b.Open}})
}

func (b *Batch) ref() string { return "batch/" + strconv.FormatInt(b.ID, 10) }

func (f BatchForm) check(ctx context.Context, tx *store.Tx) error {
	if f.Kind != BatchSign && f.Kind != BatchRelease {
		return store.RefuseField("kind", "Loại danh sách ký là “sign” (ký số) hoặc “release” (cấp số, ký số cơ quan và ban hành).")
	}
	if err := tx.Actor().Confirmed(tx.Now()); err != nil {
		return err
	}
	if f.Kind == BatchRelease && !KeepsRegisters(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được cấp số, ký số cơ quan và ban hành.")
	}
	err := checkPicks(ctx, tx, tx.Actor(), f.Kind, f.Picks)
	if f.Consent {
		return err
	}
	var p store.Problems
	p.Add("consent", "Người ký cần xác nhận đã xem danh sách văn bản trước khi ký.")
	if r, ok := errorsAs[*store.Refusal](err); ok {
		p = append(p, r.Problems...)
	} else if err != nil {
		return err
	}
	return p.Err()
}

// checkPicks bounds a list of documents (S11.4).
func checkPicks(ctx context.Context, r store.Reader, a store.Actor, kind string, picks []Pick) error {
	most, err := BatchLimit(ctx, r, a.Agency, kind)
	if err != nil {
		return err
	}
	var p store.Problems
	switch {
	case len(picks) == 0:
		p.Add("documents", "Hãy chọn ít nhất một văn bản.")
	case len(picks) > most:
		p.Add("documents", "Một lần chọn nhiều nhất {most} văn bản; ông/bà đã chọn {chosen}. Hãy bỏ bớt hoặc ký làm nhiều lần.", "most", most, "chosen", len(picks))
	}
	seen := map[int64]bool{}
	for _, x := range picks {
		if seen[x.ID] {
			p.Add("documents", "Có văn bản được chọn hai lần. Hãy tải lại trang rồi chọn lại.")
			break
		}
		seen[x.ID] = true
	}
	return p.Err()
}

// freeze makes the item of one document: waiting, or failed at once with its reason.
func (b *batchRow) freeze(ctx context.Context, tx *store.Tx, p Pick) (itemRow, error) {
	a := tx.Actor()
	o, err := findHeld(ctx, tx, a, p.ID)
	if err != nil {
		return itemRow{}, err
	}
	x := itemRow{BatchItem: BatchItem{OutgoingID: o.ID, TypeName: o.TypeName, Subject: o.Subject, Capacity: o.Capacity, State: ItemWaiting, At: tx.Now()}, ReasonJSON: "{}"}
	act := ActSign
	if b.Kind == BatchRelease {
		act = ActRelease
	}
	_, refusal := o.allow(a, act)
	if refusal == nil {
		refusal = o.reviewable()
	}
	if refusal == nil {
		f, err := o.mainFile(ctx, tx)
		if err != nil {
			return x, err
		}
		x.SHA, x.Pages = f.SHA, f.Pages
		if p.SHA != "" {
			same, err := asShown(ctx, tx, f, p.SHA)
			if err != nil {
				return x, err
			}
			if !same {
				refusal = errOtherFile()
			}
		}
	}
	if refusal != nil {
		x.State, x.Reason = ItemFailed, reasonOf(refusal)
		x.ReasonJSON = store.JSONOf(lasting(x.Reason))
	}
	return x, nil
}

func errOtherFile() error {
	return store.Refuse(store.Conflict, "Tệp của văn bản đã thay đổi sau khi ông/bà xem danh sách. Văn bản được giữ nguyên; hãy xem lại rồi ký lại.")
}

// lasting makes a message that survives being kept.
func lasting(m store.Message) store.Message { return store.Message{Text: m.Text, Args: plain(m.Args)} }

func (b *batchRow) put(ctx context.Context, tx *store.Tx, x itemRow) error {
	err := tx.Put(ctx, sqlPutItem, b.AgencyID, b.ID, x.Ordinal, x.OutgoingID, x.TypeName, x.Subject, x.Capacity, x.Pages, x.SHA, x.State, x.ReasonJSON, x.At)
	if err == nil && x.State == ItemWaiting {
		err = tx.Enqueue(ctx, store.Job{Kind: jobBatchItem, Key: fmt.Sprintf("%d/%d", b.ID, x.Ordinal), AgencyID: b.AgencyID,
			Payload: store.JSONOf(itemOrder{b.ID, x.Ordinal})})
	}
	return err
}

func errNoBatch() error {
	return store.Refuse(store.NotFound, "Không tìm thấy danh sách ký này trong phạm vi ông/bà được xem.")
}

// FindBatch gives a batch with its counts to who ordered it; NotFound for everybody else.
func FindBatch(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Batch, error) {
	b, ok, err := store.Maybe[batchRow](ctx, r, sqlBatch, a.Agency, id, a.Person)
	if err == nil && (!ok || a.Person == 0) {
		err = errNoBatch()
	}
	if err != nil {
		return nil, err
	}
	return &b.Batch, b.count(ctx, r)
}

func (b *Batch) count(ctx context.Context, r store.Reader) error {
	all, err := store.All[itemCount](ctx, r, sqlCounts, b.AgencyID, b.ID)
	for _, c := range all {
		b.add(c)
	}
	return err
}

// itemCount is how many items of a batch are in a state.
type itemCount struct {
	BatchID int64
	State   string
	N       int
}

func (b *Batch) add(c itemCount) {
	switch c.State {
	case ItemDone:
		b.Done = c.N
	case ItemFailed:
		b.Failed = c.N
	case ItemCancelled:
		b.Cancelled = c.N
	case ItemWorking:
		b.Working = c.N
	}
}

// BatchItems lists the documents of a batch in the order of the list, to who ordered it.
func BatchItems(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]BatchItem, error) {
	if _, err := FindBatch(ctx, r, a, id); err != nil {
		return nil, err
	}
	rows, err := store.All[itemRow](ctx, r, sqlItems, a.Agency, id)
	if err != nil {
		return nil, err
	}
	out := make([]BatchItem, len(rows))
	for i, x := range rows {
		out[i] = x.BatchItem
		if err := decode(x.ReasonJSON, &out[i].Reason); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Batches lists the actor's own batches, newest first, older than before (0 = from the newest); at most 50, with their counts.
func Batches(ctx context.Context, r store.Reader, a store.Actor, before int64) ([]Batch, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	rows, err := store.All[batchRow](ctx, r, sqlBatches, a.Agency, a.Person, before, 50)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out, ids, at := make([]Batch, len(rows)), make([]int64, len(rows)), make(map[int64]int, len(rows))
	for i := range rows {
		out[i], ids[i], at[rows[i].ID] = rows[i].Batch, rows[i].ID, i
	}
	counts, err := store.All[itemCount](ctx, r, sqlCountsOf, a.Agency, store.JSONOf(ids))
	for _, c := range counts {
		out[at[c.BatchID]].add(c)
	}
	return out, err
}

// CancelBatch cancels what has not begun; what is being signed is finished. Conflict when nothing waits any more.
func CancelBatch(ctx context.Context, tx *store.Tx, id int64) error {
	b, err := FindBatch(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlDropRest, tx.Now(), b.AgencyID, b.ID)
	if err == nil && n == 0 {
		err = store.Refuse(store.Conflict, "Không còn văn bản nào chờ đến lượt nên không hủy được nữa. Kết quả của từng văn bản được giữ nguyên.")
	}
	if err == nil {
		err = b.lessOpen(ctx, tx, n)
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "batch.cancelled", Agency: b.AgencyID, Ref: b.ref(), Data: map[string]any{"documents": n}})
}

// lessOpen counts items that have ended; the last lets the batch end.
func (b *Batch) lessOpen(ctx context.Context, tx *store.Tx, n int64) error {
	open, err := store.One[int](ctx, tx, sqlLessOpen, n, b.AgencyID, b.ID)
	tx.Wrote()
	if err == nil && open == 0 {
		err = tx.Enqueue(ctx, store.Job{Kind: jobBatchEnd, Key: strconv.FormatInt(b.ID, 10), AgencyID: b.AgencyID, Payload: "{}"})
	}
	return err
}
