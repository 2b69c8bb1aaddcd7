package dossiers

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// mostItems bounds the documents of one dossier; the ordinal has 7 digits in the archive (D16.10).
const mostItems = 2000

// About is what the standard asks of a document beyond the columns of the printed list (Phụ lục VI, part II, I and II).
type About struct {
	Direction      string        `json:"direction"` // incoming, outgoing, file
	DocumentID     string        `json:"document_id,omitempty"`
	OrganID        string        `json:"organ_id,omitempty"`
	Number         string        `json:"number,omitempty"`
	Notation       string        `json:"notation,omitempty"`
	Language       string        `json:"language,omitempty"`
	SignerPosition string        `json:"signer_position,omitempty"`
	SignerName     string        `json:"signer_name,omitempty"`
	To             []string      `json:"to,omitempty"`
	Urgency        int           `json:"urgency"`
	Issued         int           `json:"issued,omitempty"`
	Due            calendar.Date `json:"due,omitempty"`
	Arrived        calendar.Date `json:"arrived,omitempty"`
	ArrivalNumber  int64         `json:"arrival_number,omitempty"`
	Keywords       string        `json:"keywords,omitempty"`
	Medium         string        `json:"medium,omitempty"` // of a file of its own: document, photo, sound, film, scan
	Files          []FileMark    `json:"files"`
}

// FileMark is a file as it was when the document entered, or when the dossier was closed.
type FileMark struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA     string `json:"sha"`
	Media   string `json:"media"`
	Pages   int    `json:"pages,omitempty"`
	Main    bool   `json:"main,omitempty"`
	Verdict string `json:"verdict,omitempty"`
}

// Item is one document in a dossier. The document itself stays where it is: many dossiers may hold it (V26).
type Item struct {
	ID         int64
	DossierID  int64
	Ordinal    int
	Ref        string // "incoming/12", "outgoing/3", "file/9"
	Kind       string
	DocumentID int64
	Code       string // number and notation
	DocDate    calendar.Date
	TypeName   string
	Subject    string
	Author     string
	Pages      int
	Note       string
	About      About         `db:"-"`
	AddedAt    store.Instant `db:"added_us"`
	AddedBy    int64
	AddedName  string
	State      string // of the document today
	Lines      int    // receipt lines that are still open
}

// Gone tells an item whose document was taken back by its issuer: nothing of it is shown (V52).
func (i *Item) Gone() bool { return i.State == "recalled" }

type itemRow struct {
	Item
	FieldsJSON store.JSON `db:"fields"`
}

var (
	sqlItems = store.SQL(`SELECT i.id, i.dossier_id, i.ordinal, i.ref, i.kind, i.document_id, i.code, i.doc_date, i.type_name, i.subject, i.author, i.pages, i.note, i.fields, i.added_us, i.added_by, i.added_name,
		CASE i.kind WHEN 'incoming' THEN COALESCE((SELECT d.state FROM documents_incoming d WHERE d.agency_id = i.agency_id AND d.id = i.document_id), 'gone')
			WHEN 'outgoing' THEN COALESCE((SELECT o.state FROM documents_outgoing o WHERE o.agency_id = i.agency_id AND o.id = i.document_id), 'gone') ELSE '' END AS state,
		CASE i.kind WHEN 'incoming' THEN (SELECT CAST(count(*) AS BIGINT) FROM documents_lines l WHERE l.agency_id = i.agency_id AND l.incoming_id = i.document_id
			AND l.state IN ('waiting_registration', 'to_do', 'forwarded')) ELSE 0 END AS lines
		FROM dossiers_items i WHERE i.agency_id = $1 AND i.dossier_id = $2 AND i.removed_us = 0 ORDER BY i.ordinal`)
	sqlPutItem = store.SQL(`INSERT INTO dossiers_items (agency_id, dossier_id, id, ordinal, ref, kind, document_id, code, doc_date, type_name, subject, author, pages, note, fields, search_text, added_us, added_by, added_name, removed_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0)`)
	sqlKeepItem = store.SQL(`UPDATE dossiers_items SET code = $1, doc_date = $2, type_name = $3, subject = $4, author = $5, pages = $6, fields = $7, search_text = $8
		WHERE agency_id = $9 AND dossier_id = $10 AND id = $11 AND removed_us = 0`)
	sqlLastOrdinal = store.SQL(`SELECT CAST(COALESCE(max(ordinal), 0) AS BIGINT) AS n FROM dossiers_items WHERE agency_id = $1 AND dossier_id = $2 AND removed_us = 0`)
	sqlHasItem     = store.SQL(`SELECT ordinal FROM dossiers_items WHERE agency_id = $1 AND dossier_id = $2 AND ref = $3 AND removed_us = 0`)
	sqlDropItem    = store.SQL(`UPDATE dossiers_items SET removed_us = $1 WHERE agency_id = $2 AND dossier_id = $3 AND id = $4 AND removed_us = 0`)
	sqlPlaceItem   = store.SQL(`UPDATE dossiers_items SET ordinal = $1 WHERE agency_id = $2 AND dossier_id = $3 AND id = $4 AND removed_us = 0`)
	sqlAside       = store.SQL(`UPDATE dossiers_items SET ordinal = -ordinal WHERE agency_id = $1 AND dossier_id = $2 AND removed_us = 0`)
	sqlHolding     = store.SQL(me + `SELECT ` + dossierColumns + from + ` AND EXISTS (SELECT 1 FROM dossiers_items i WHERE i.agency_id = d.agency_id AND i.dossier_id = d.id AND i.ref = $7 AND i.removed_us = 0) ORDER BY d.id DESC LIMIT 100`)
	sqlWorking     = store.SQL(me + `SELECT ` + dossierColumns + from + ` AND d.state = 'open' AND d.frozen_us = 0 AND (d.person_id = me.person OR ` + works + `)
		ORDER BY COALESCE((SELECT max(i.added_us) FROM dossiers_items i WHERE i.agency_id = d.agency_id AND i.dossier_id = d.id AND i.added_by = me.person), d.created_us) DESC, d.id DESC LIMIT $7`)
)

// Items lists the documents of a dossier in their order, to those who open it (V23). Of recalled documents only the place is left.
func Items(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Item, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return itemsOf(ctx, r, d.AgencyID, d.ID)
}

func itemsOf(ctx context.Context, r store.Reader, agency, id int64) ([]Item, error) {
	rows, err := store.All[itemRow](ctx, r, sqlItems, agency, id)
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(rows))
	for i, row := range rows {
		out[i] = row.Item
		if err := json.Unmarshal([]byte(row.FieldsJSON), &out[i].About); err != nil {
			return nil, err
		}
		if out[i].Gone() {
			out[i].Code, out[i].Subject, out[i].Author, out[i].TypeName, out[i].About = "", "Văn bản đã được thu hồi", "", "", About{Direction: out[i].Kind}
		}
	}
	return out, nil
}

// HoldingOf lists the dossiers that hold a document, as far as the actor may know of them.
func HoldingOf(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Dossier, error) {
	return plainRows(store.All[dossierRow](ctx, r, sqlHolding, append(bound(a, nowDay(r)), ref)...))
}

// Working lists the open dossiers that the actor may put a document into, those he used last first.
func Working(ctx context.Context, r store.Reader, a store.Actor, limit int) ([]Dossier, error) {
	return plainRows(store.All[dossierRow](ctx, r, sqlWorking, append(bound(a, nowDay(r)), limit)...))
}

func plainRows(rows []dossierRow, err error) ([]Dossier, error) {
	var out []Dossier
	for i := range rows {
		if err == nil {
			err = rows[i].complete()
		}
		out = append(out, rows[i].Dossier)
	}
	return out, err
}

// Add puts a document that the actor sees into a dossier, behind the last one, and gives its ordinal (V22). Conflict when it is there already.
func Add(ctx context.Context, tx *store.Tx, dossier int64, ref, note string) (int, error) {
	d, err := begin(ctx, tx, dossier, ActAdd)
	if err != nil {
		return 0, err
	}
	item, err := describe(ctx, tx, tx.Actor(), ref)
	if err != nil {
		return 0, err
	}
	if item.Note = i18n.CleanLine(note); len([]rune(item.Note)) > 500 {
		return 0, store.RefuseField("note", "Ghi chú dài quá 500 ký tự. Hãy rút gọn rồi thử lại.")
	}
	return d.put(ctx, tx, item)
}

func (d *Dossier) put(ctx context.Context, tx *store.Tx, i *Item) (int, error) {
	if n, ok, err := store.Maybe[int](ctx, tx, sqlHasItem, d.AgencyID, d.ID, i.Ref); err != nil || ok {
		if err == nil {
			err = store.Refuse(store.Conflict, "Văn bản này đã có trong hồ sơ {code}, số thứ tự {ordinal}. Không có gì thay đổi.", "code", d.Code, "ordinal", n)
		}
		return 0, err
	}
	last, err := store.One[int](ctx, tx, sqlLastOrdinal, d.AgencyID, d.ID)
	if err != nil {
		return 0, err
	}
	if last >= mostItems {
		return 0, store.Refuse(store.Conflict, "Hồ sơ {code} đã có {limit} văn bản, số nhiều nhất của một hồ sơ. Mở một hồ sơ khác (tập tiếp theo) cho các văn bản còn lại.", "code", d.Code, "limit", mostItems)
	}
	who, _, err := nameOf(ctx, tx, tx.Actor())
	if err != nil {
		return 0, err
	}
	i.ID, i.Ordinal = tx.NewID(), last+1
	if err := tx.Put(ctx, sqlPutItem, d.AgencyID, d.ID, i.ID, i.Ordinal, i.Ref, i.Kind, i.DocumentID, i.Code, i.DocDate, i.TypeName, i.Subject, i.Author, i.Pages, i.Note, store.JSONOf(i.About), i.words(),
		tx.Now(), tx.Actor().Person, who); err != nil {
		return 0, err
	}
	d.DocTotal, d.PageTotal = last+1, d.PageTotal+i.Pages
	return i.Ordinal, d.save(ctx, tx, told{verb: "dossier.added", act: string(ActAdd), notify: []int64{d.PersonID},
		what: store.Say("Đưa {document} vào hồ sơ {code}, số thứ tự {ordinal}.", "document", i.name(), "code", d.Code, "ordinal", i.Ordinal)})
}

func (i *Item) words() string {
	return searchText(i.Code, i.TypeName, i.Subject, i.Author, i.Note, i.About.SignerName, i.About.Keywords)
}

func (i *Item) name() string { return orElse(i.Code, i.Subject) }

// describe reads what a document is now, for the row in a dossier. The actor must see the document.
func describe(ctx context.Context, r store.Reader, a store.Actor, ref string) (*Item, error) {
	kind, id, err := documents.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	files, err := documents.Files(ctx, r, a, ref)
	if err != nil {
		return nil, err
	}
	if kind == "incoming" {
		in, err := documents.FindIncoming(ctx, r, a, id)
		if err != nil {
			return nil, err
		}
		return ofIncoming(in, files), nil
	}
	out, err := documents.FindOutgoing(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return ofOutgoing(ctx, r, out, files)
}

func ofIncoming(in *documents.Incoming, files []documents.File) *Item {
	i := &Item{Ref: in.Ref(), Kind: "incoming", DocumentID: in.ID, Code: in.Code(), DocDate: in.IssuedDate, TypeName: in.TypeName, Subject: in.Subject, Author: in.SenderName, Pages: in.PageAmount}
	i.About = About{Direction: "incoming", DocumentID: in.DocumentID, OrganID: in.SenderCode, Number: in.Number, Notation: in.Notation, Language: in.Language, SignerName: in.SignerName, SignerPosition: in.SignerPosition,
		Urgency: int(in.Urgency), Due: in.HandleDue, Arrived: in.ArrivedDate, ArrivalNumber: in.ArrivalNumber}
	if in.LeadName != "" {
		i.About.To = []string{in.LeadName}
	}
	i.mark(files)
	return i
}

func ofOutgoing(ctx context.Context, r store.Reader, o *documents.Outgoing, files []documents.File) (*Item, error) {
	ag, err := org.FindAgency(ctx, r, org.AgencyID(o.AgencyID))
	if err != nil {
		return nil, err
	}
	i := &Item{Ref: o.Ref(), Kind: "outgoing", DocumentID: o.ID, Code: o.NumberText, DocDate: o.IssuedDate, TypeName: o.TypeName, Subject: o.Subject, Author: ag.Name}
	i.About = About{Direction: "outgoing", DocumentID: o.DocumentID, OrganID: ag.Code, Notation: o.Notation, Language: "Tiếng Việt", SignerName: o.SignerName, SignerPosition: o.SignerPosition,
		Urgency: int(o.Urgency), Due: o.DueDate, Issued: len(o.Receivers) + o.KeptCopies}
	if o.Number > 0 {
		i.About.Number = strconv.FormatInt(o.Number, 10)
	}
	for _, to := range o.Receivers {
		i.About.To = append(i.About.To, to.Name)
	}
	i.mark(files)
	return i, nil
}

// mark notes the files, and counts pages where nobody did.
func (i *Item) mark(files []documents.File) {
	pages := 0
	i.About.Files = []FileMark{}
	for _, f := range files {
		i.About.Files = append(i.About.Files, FileMark{f.ID, f.Name, f.Size, f.SHA, f.Media, f.Pages, f.Main, f.Verdict})
		pages += f.Pages
	}
	if i.Pages == 0 {
		i.Pages = pages
	}
}

// Placed is the row of a result when many documents are put into a dossier at once.
type Placed struct {
	Ref     string
	Ordinal int
	Err     error
}

// AddMany puts documents one by one, each as an act of its own: what fails stops nothing else, and has its row (N13).
func AddMany(ctx context.Context, db *store.DB, a store.Actor, dossier int64, refs []string) []Placed {
	out := make([]Placed, len(refs))
	for i, ref := range refs {
		out[i].Ref = strings.TrimSpace(ref)
		out[i].Err = db.Write(ctx, a, func(tx *store.Tx) (err error) {
			out[i].Ordinal, err = Add(ctx, tx, dossier, out[i].Ref, "")
			return err
		})
	}
	return out
}

// Remove takes a document out of an open dossier; those behind it move up, and the history keeps what stood there and why.
func Remove(ctx context.Context, tx *store.Tx, dossier, item int64, reason string) error {
	d, err := begin(ctx, tx, dossier, ActRemove)
	if err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	items, err := itemsOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	var gone *Item
	rest := make([]Item, 0, len(items))
	for k := range items {
		if items[k].ID == item {
			gone = &items[k]
		} else {
			rest = append(rest, items[k])
		}
	}
	if gone == nil {
		return store.Refuse(store.NotFound, "Văn bản này không còn trong hồ sơ. Tải lại trang để xem danh sách mới nhất.")
	}
	if err := tx.Put(ctx, sqlDropItem, tx.Now(), d.AgencyID, d.ID, item); err != nil {
		return err
	}
	if err := d.place(ctx, tx, rest); err != nil {
		return err
	}
	return d.save(ctx, tx, told{verb: "dossier.removed", act: string(ActRemove), note: reason,
		what: store.Say("Đưa {document} (số thứ tự {ordinal}, {ref}) ra khỏi hồ sơ.", "document", gone.name(), "ordinal", gone.Ordinal, "ref", gone.Ref)})
}

// place writes ordinals 1, 2, 3 … in the given order and counts anew.
func (d *Dossier) place(ctx context.Context, tx *store.Tx, items []Item) error {
	if _, err := tx.Exec(ctx, sqlAside, d.AgencyID, d.ID); err != nil {
		return err
	}
	d.DocTotal, d.PageTotal = len(items), 0
	for k, i := range items {
		if err := tx.Put(ctx, sqlPlaceItem, k+1, d.AgencyID, d.ID, i.ID); err != nil {
			return err
		}
		d.PageTotal += i.Pages
	}
	return nil
}

// Arrange puts the documents into the order of the course of events: by date, then as they were added (D14.4). order, when given, is the wish
// of the person in charge: all item ids in their new order.
func Arrange(ctx context.Context, tx *store.Tx, dossier int64, order []int64) error {
	d, err := begin(ctx, tx, dossier, ActArrange)
	if err != nil {
		return err
	}
	items, err := itemsOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	if order == nil {
		byTime(items)
	} else if items, err = ordered(items, order); err != nil {
		return err
	}
	if err := d.place(ctx, tx, items); err != nil {
		return err
	}
	return d.save(ctx, tx, told{verb: "dossier.arranged", act: string(ActArrange), what: store.Say("Sắp xếp lại {count} văn bản trong hồ sơ.", "count", len(items))})
}

func ordered(items []Item, order []int64) ([]Item, error) {
	by := map[int64]Item{}
	for _, i := range items {
		by[i.ID] = i
	}
	out := make([]Item, 0, len(items))
	for _, id := range order {
		i, ok := by[id]
		if !ok {
			continue
		}
		delete(by, id)
		out = append(out, i)
	}
	if len(out) != len(items) {
		return nil, store.Refuse(store.Conflict, "Danh sách văn bản đã thay đổi trong lúc sắp xếp. Thứ tự cũ được giữ nguyên; tải lại trang rồi sắp xếp lại.")
	}
	return out, nil
}
