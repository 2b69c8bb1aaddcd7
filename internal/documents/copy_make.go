package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Kinds of certified copies: codes of documents_types.
const (
	CopyTrue    = "SAO_Y"     // of an original
	CopyOfCopy  = "SAO_LUC"   // of a true copy
	CopyExtract = "TRICH_SAO" // of chosen pages
)

// Media of copies and of what they are made from.
const (
	MediumPaper      = "paper"
	MediumElectronic = "electronic"
)

// copyRoutes are the ways the law knows (D13.1–D13.3). A true copy of an electronic document on paper, and so on; what is not here is refused.
var copyRoutes = []struct{ kind, from, to string }{
	{CopyTrue, MediumPaper, MediumPaper}, {CopyTrue, MediumElectronic, MediumPaper}, {CopyTrue, MediumPaper, MediumElectronic},
	{CopyOfCopy, MediumPaper, MediumPaper}, {CopyOfCopy, MediumPaper, MediumElectronic}, {CopyOfCopy, MediumElectronic, MediumPaper},
	{CopyExtract, MediumPaper, MediumPaper}, {CopyExtract, MediumPaper, MediumElectronic}, {CopyExtract, MediumElectronic, MediumElectronic}, {CopyExtract, MediumElectronic, MediumPaper},
}

// CopyForms lists the kinds with the abbreviation of their number and the words of their block.
var CopyForms = []struct{ Kind, Abbr, Form string }{{CopyTrue, "SY", "SAO Y"}, {CopyOfCopy, "SL", "SAO LỤC"}, {CopyExtract, "TrS", "TRÍCH SAO"}}

// CopyLabel is a kind's Vietnamese name.
func CopyLabel(kind string) string {
	return map[string]string{CopyTrue: "Sao y", CopyOfCopy: "Sao lục", CopyExtract: "Trích sao"}[kind]
}

// CopyForm is a paper copy that the registry makes.
type CopyForm struct {
	Source    string // outgoing/12, incoming/7
	Kind      string
	Pages     []int // of an extract: pages from 1, rising
	Signer    org.HoldingID
	Capacity  string // in which he signs
	Receivers []string
	Quantity  int  // how many are printed
	Foot      bool // the last page has room for the block
}

// Copy is a certified copy.
type Copy struct {
	AgencyID      int64
	ID            int64
	Kind          string
	Medium        string
	SourceRef     string
	SourceTitle   string
	SourceFile    int64
	SourceSHA     string     `db:"source_sha"`
	PagesJSON     store.JSON `db:"pages"`
	RegisterID    int64
	Year          int
	Number        int64 // 0 = digitised, which has none
	NumberText    string
	CopiedOn      calendar.Date
	Place         string
	AgencyName    string
	SignerHolding int64
	SignerName    string
	LinesJSON     store.JSON `db:"capacity_lines"`
	DelegationID  int64
	ReceiversJSON store.JSON `db:"receivers"`
	Quantity      int
	AtFoot        bool
	FindingsJSON  store.JSON    `db:"findings"`
	Accepted      string        // why a scan below the standard was taken
	At            store.Instant `db:"at_us"`
	PersonID      int64
	PersonName    string
}

const copyColumns = `y.agency_id, y.id, y.kind, y.medium, y.source_ref, y.source_title, y.source_file, y.source_sha, y.pages, y.register_id, y.year, y.number, y.number_text, y.copied_on,
	y.place, y.agency_name, y.signer_holding, y.signer_name, y.capacity_lines, y.delegation_id, y.receivers, y.quantity, y.at_foot, y.findings, y.accepted, y.at_us, y.person_id, y.person_name`

var (
	sqlPutCopy = store.SQL(`INSERT INTO documents_copies (agency_id, id, kind, medium, source_ref, source_title, source_file, source_sha, pages, register_id, year, number, number_text, copied_on,
		place, agency_name, signer_holding, signer_name, capacity_lines, delegation_id, receivers, quantity, at_foot, findings, accepted, at_us, person_id, person_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`)
	sqlCopies   = store.SQL(`SELECT ` + copyColumns + ` FROM documents_copies y WHERE y.agency_id = $1 AND y.id < $2 ORDER BY y.id DESC LIMIT $3`)
	sqlCopiesOf = store.SQL(`SELECT ` + copyColumns + ` FROM documents_copies y WHERE y.agency_id = $1 AND y.source_ref = $2 ORDER BY y.id`)
	sqlCopy     = store.SQL(`SELECT ` + copyColumns + ` FROM documents_copies y WHERE y.agency_id = $1 AND y.id = $2`)
)

func (y *Copy) put(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, sqlPutCopy, y.AgencyID, y.ID, y.Kind, y.Medium, y.SourceRef, y.SourceTitle, y.SourceFile, y.SourceSHA, y.PagesJSON, y.RegisterID, y.Year, y.Number, y.NumberText,
		y.CopiedOn, y.Place, y.AgencyName, y.SignerHolding, y.SignerName, y.LinesJSON, y.DelegationID, y.ReceiversJSON, y.Quantity, y.AtFoot, y.FindingsJSON, y.Accepted, y.At, y.PersonID, y.PersonName)
}

// copied is what a copy is made from.
type copied struct {
	ref, title, medium string
	main               File
	isCopy             bool // it is itself a true copy
}

// copySource finds the document that is to be copied: issued or registered, in force, with a PDF. Secret documents hold no file here (D13.8).
func copySource(ctx context.Context, r store.Reader, a store.Actor, ref string) (*copied, error) {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	s := &copied{ref: ref, medium: MediumElectronic}
	notNow := store.Refuse(store.Conflict, "Chỉ sao được văn bản đã ban hành hoặc đã vào sổ, chưa thu hồi.")
	switch kind {
	case "outgoing":
		o, err := FindOutgoing(ctx, r, a, id)
		if err != nil {
			return nil, err
		}
		if o.State != Issued || o.RecalledAt != 0 {
			return nil, notNow
		}
		s.title, s.isCopy = o.Title(), o.TypeCode == CopyTrue
	case "incoming":
		d, err := FindIncoming(ctx, r, a, id)
		if err != nil {
			return nil, err
		}
		if d.State == Arrived || d.State == Refused || d.State == Recalled {
			return nil, notNow
		}
		if s.title, s.isCopy = d.name(), d.TypeCode == CopyTrue; d.Source == FromPaper {
			s.medium = MediumPaper
		}
	default:
		return nil, errNotFound()
	}
	files, err := filesOf(ctx, r, a.Agency, ref)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.Main && f.Media == filePDF {
			s.main = f
			return s, nil
		}
	}
	return nil, store.Refuse(store.Conflict, "Văn bản chưa có tệp PDF chính nên chưa sao được. Hãy thêm tệp rồi thực hiện lại.")
}

// checkRoute refuses copies that the law does not know (D13.1–D13.3).
func (s *copied) checkRoute(kind, to string) error {
	if kind == "" {
		return store.RefuseField("kind", "Hãy chọn hình thức sao: sao y, sao lục hoặc trích sao.")
	}
	if !slices.ContainsFunc(copyRoutes, func(r struct{ kind, from, to string }) bool {
		return r.kind == kind && r.from == s.medium && r.to == to
	}) {
		return store.RefuseField("kind", "Pháp luật không quy định hình thức sao này giữa bản giấy và bản điện tử đã chọn (Điều 25 Nghị định 30/2020/NĐ-CP). Hãy chọn hình thức khác.")
	}
	if s.isCopy != (kind == CopyOfCopy) {
		return store.RefuseField("kind", "Sao lục chỉ từ bản sao y; sao y và trích sao chỉ từ bản gốc hoặc bản chính. Hãy chọn hình thức khác.")
	}
	return nil
}

// MakeCopy makes a paper copy with the next number of the common series (D13.6, D13.7): the registry prepares it, who may sign copies signs the print by
// hand (art. 27: the head, and those to whom it is delegated, org.Capacities). PrintCopy gives the pages.
func MakeCopy(ctx context.Context, d *Desk, a store.Actor, form CopyForm) (*Copy, error) {
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	s, err := copySource(ctx, d.DB, a, form.Source)
	if err != nil {
		return nil, err
	}
	if err := s.checkRoute(form.Kind, MediumPaper); err != nil {
		return nil, err
	}
	if form.Quantity < 1 || form.Quantity > 999 {
		return nil, store.RefuseField("quantity", "Số lượng bản sao phải từ 1 đến 999.")
	}
	if len(form.Receivers) == 0 || len(form.Receivers) > 50 {
		return nil, store.RefuseField("receivers", "Cần ghi nơi nhận bản sao, nhiều nhất 50 nơi.")
	}
	if (form.Kind == CopyExtract) != (len(form.Pages) > 0) {
		return nil, store.RefuseField("pages", "Trích sao cần chọn các trang được sao; sao y và sao lục sao toàn bộ văn bản.")
	}
	for i := range form.Receivers {
		if form.Receivers[i] = line(form.Receivers[i]); len([]rune(form.Receivers[i])) > 300 || form.Receivers[i] == "" {
			return nil, store.RefuseField("receivers", "Tên nơi nhận trống hoặc dài quá 300 ký tự.")
		}
	}
	y, err := newCopy(ctx, d, a, s, form)
	if err != nil {
		return nil, err
	}
	if _, err := d.printCopy(ctx, y); err != nil { // before a number is spent
		return nil, err
	}
	err = d.write(ctx, a, func(tx *store.Tx) error {
		if err := mayRead(ctx, tx, a, s.ref); err != nil {
			return err
		}
		book, err := CopyBook(ctx, tx, a.Agency, today(tx.Now()))
		if err != nil {
			return err
		}
		if y.Number, err = book.Draw(ctx, tx); err != nil {
			return err
		}
		ag, err := org.AgencyAt(ctx, tx, org.AgencyID(a.Agency), today(tx.Now()))
		if err != nil {
			return err
		}
		y.ID, y.RegisterID, y.Year, y.At = tx.NewID(), book.ID, book.Year, tx.Now()
		y.NumberText = fmt.Sprintf("%02d/%s-%s", y.Number, abbrOf(form.Kind), ag.Abbr)
		if err := y.put(ctx, tx); err != nil {
			return err
		}
		if err := step(ctx, tx, a.Agency, s.ref, Step{Act: "copied", What: store.Say("{kind} số {number}, {n} bản.", "kind", store.Say(CopyLabel(y.Kind)), "number", y.NumberText, "n", y.Quantity)}); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.copied", Agency: a.Agency, Ref: s.ref, Title: s.title, Data: map[string]any{"copy": y.ID, "number": y.NumberText, "kind": y.Kind}})
	})
	return y, err
}

func abbrOf(kind string) string {
	for _, f := range CopyForms {
		if f.Kind == kind {
			return f.Abbr
		}
	}
	return ""
}

// newCopy checks who signs and fills what is printed.
func newCopy(ctx context.Context, d *Desk, a store.Actor, s *copied, form CopyForm) (*Copy, error) {
	now := d.DB.Now()
	h, err := org.HoldingAt(ctx, d.DB, form.Signer, today(now))
	if err != nil && !errors.Is(err, store.NotFound) {
		return nil, err
	}
	if err != nil || int64(h.AgencyID) != a.Agency {
		return nil, store.RefuseField("signer", "Cần chọn người ký bản sao trong cơ quan.")
	}
	way, err := capacity(ctx, d.DB, form.Signer, form.Kind, form.Capacity, now)
	if err != nil {
		return nil, err
	}
	if way == nil {
		return nil, store.RefuseField("signer", "{name} không được ký bản sao với quyền hạn đã chọn. Người đứng đầu quyết định người ký bản sao (Điều 27 Nghị định 30/2020/NĐ-CP); hãy ghi ủy quyền hoặc chọn người khác.", "name", h.PersonName)
	}
	ag, err := org.AgencyAt(ctx, d.DB, org.AgencyID(a.Agency), today(now))
	if err != nil {
		return nil, err
	}
	name, err := personName(ctx, d.DB, a, today(now))
	if err != nil {
		return nil, err
	}
	lines := slices.Clone(way.Lines)
	if len(lines) == 0 {
		lines = []string{way.Position}
	}
	return &Copy{AgencyID: a.Agency, Kind: form.Kind, Medium: MediumPaper, SourceRef: s.ref, SourceTitle: s.title, SourceFile: s.main.ID, SourceSHA: s.main.SHA, PagesJSON: store.JSONOf(form.Pages),
		CopiedOn: today(now), Place: ag.Seat, AgencyName: ag.Name, SignerHolding: int64(h.ID), SignerName: h.PersonName, LinesJSON: store.JSONOf(lines), DelegationID: way.Delegation,
		ReceiversJSON: store.JSONOf(form.Receivers), Quantity: form.Quantity, AtFoot: form.Foot, FindingsJSON: "[]", PersonID: a.Person, PersonName: name}, nil
}

func personName(ctx context.Context, r store.Reader, a store.Actor, on calendar.Date) (string, error) {
	h, err := org.HoldingAt(ctx, r, org.HoldingID(a.Holding), on)
	if err != nil {
		return "", err
	}
	return h.PersonName, nil
}

// printCopy makes the pages of a paper copy.
func (d *Desk) printCopy(ctx context.Context, y *Copy) ([]byte, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, y.SourceSHA, DefaultFileLimit+(1<<20))
	if err != nil {
		return nil, err
	}
	var pages []int
	block := paper.CopyBlock{Agency: strings.ToUpper(y.AgencyName), Number: y.NumberText, PlaceDate: y.Place + ", " + lawfulDate(y.CopiedOn), Signer: y.SignerName, Foot: y.AtFoot}
	for _, f := range CopyForms {
		if f.Kind == y.Kind {
			block.Form = f.Form
		}
	}
	for _, c := range []struct {
		from store.JSON
		into any
	}{{y.PagesJSON, &pages}, {y.LinesJSON, &block.Capacity}, {y.ReceiversJSON, &block.Receivers}} {
		if err := decode(c.from, c.into); err != nil {
			return nil, err
		}
	}
	out, err := paper.Certify(b, pages, block)
	if errors.Is(err, paper.ErrCopyPages) {
		return nil, store.Because(store.RefuseField("pages", "Các trang trích sao phải có trong văn bản và ghi theo thứ tự tăng dần."), err)
	}
	if err != nil {
		return nil, store.Because(store.RefuseField("source", "Không tạo được bản sao từ tệp của văn bản này. Văn bản được giữ nguyên, chưa cấp số bản sao."), err)
	}
	return out, nil
}

// lawfulDate is a date as documents print it: "ngày 05 tháng 01 năm 2026", months 3 to 9 without a zero (D5.3).
func lawfulDate(on calendar.Date) string {
	t := on.Time()
	month := fmt.Sprintf("%02d", int(t.Month()))
	if t.Month() > 2 && t.Month() < 10 {
		month = fmt.Sprint(int(t.Month()))
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// PrintCopy gives the pages of a paper copy, to who may see its source; Conflict when the source was recalled since.
func PrintCopy(ctx context.Context, d *Desk, a store.Actor, id int64) (*Copy, []byte, error) {
	y, err := FindCopy(ctx, d.DB, a, id)
	if err != nil {
		return nil, nil, err
	}
	if y.Medium != MediumPaper {
		return nil, nil, store.Refuse(store.Conflict, "Bản sao điện tử được xem trong tệp của văn bản.")
	}
	if _, err := copySource(ctx, d.DB, a, y.SourceRef); err != nil {
		return nil, nil, err
	}
	b, err := d.printCopy(ctx, y)
	return y, b, err
}

// FindCopy gives a copy to who may see its source.
func FindCopy(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Copy, error) {
	y, ok, err := store.Maybe[Copy](ctx, r, sqlCopy, a.Agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err == nil {
		err = mayRead(ctx, r, a, y.SourceRef)
	}
	return &y, err
}

// CopiesOf lists the copies of a document, oldest first, to who may see it.
func CopiesOf(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Copy, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	return store.All[Copy](ctx, r, sqlCopiesOf, a.Agency, ref)
}

// Copies lists the register of copies, the newest first, below an id (0 = from the newest); for the registry and leaders.
func Copies(ctx context.Context, r store.Reader, a store.Actor, before int64, limit int) ([]Copy, error) {
	if !KeepsRegisters(a) && !Leads(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư và lãnh đạo cơ quan được xem sổ bản sao.")
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	return store.All[Copy](ctx, r, sqlCopies, a.Agency, before, limit)
}
