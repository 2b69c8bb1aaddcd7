package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Annex is a "Phụ lục" in the same file as the document.
type Annex struct {
	Title     string `json:"title"`
	Body      string `json:"body"`
	Landscape bool   `json:"landscape,omitempty"`
}

// Meeting holds the lines of an invitation (Mẫu 1.7).
type Meeting struct {
	Event string `json:"event,omitempty"`
	Chair string `json:"chair,omitempty"`
	Time  string `json:"time,omitempty"`
	Place string `json:"place,omitempty"`
}

// Roles of a receiver.
const (
	ForAction      = "action"      // to carry out or answer
	ForInformation = "information" // to know
)

// ReceiverForm names one receiver: an agency of the directory, a unit of the own agency, or a name outside of both (by paper).
type ReceiverForm struct {
	Agency org.AgencyID `json:"agency,omitempty"`
	Unit   org.UnitID   `json:"unit,omitempty"`
	Name   string       `json:"name,omitempty"`  // filled from the directory for agencies and units
	Role   string       `json:"role"`            // action (when empty) or information
	Group  int64        `json:"group,omitempty"` // instead of all these: the agencies of a group (X20.7)
}

// Receiver is one receiver of a document as kept.
type Receiver struct {
	Ordinal int
	Agency  org.AgencyID `db:"receiver_agency"`
	Unit    org.UnitID   `db:"receiver_unit"`
	Name    string
	Role    string
}

// DraftForm is everything a person writes into a draft.
type DraftForm struct {
	TypeCode   string
	Form       string // sample of Phụ lục III where the type has two (decisions: 1.2 or 1.3); "" = the type's own
	Subject    string
	Authority  string // decisions and resolutions: who decides; "" = the layout leaves it out
	Body       string // light markup of package paper
	LegalBases []string
	Addressees []string // "Kính gửi"
	Receivers  []ReceiverForm
	Annexes    []Annex
	Meeting    Meeting
	Signer     org.HoldingID // 0 while nobody is chosen yet
	Capacity   string        // "", TM, Q, KT, TL, TUQ
	Unit       org.UnitID    // drafting unit; 0 = the drafter's
	FieldAbbr  string        // field in the notation of a letter (D4.3); "" = the unit's abbreviation
	Urgency    Urgency
	DueDate    calendar.Date // by when an answer is asked for
	ReplyTo    int64         // incoming document that this one answers
	KeptCopies int
	Restricted bool // only those who worked on it, clerks and leaders see it also after issue
	Revision   int64
	Register   int64 // the series of an advisory body; 0 = the usual one (out_book.go)
}

// Outgoing is a document that the agency makes.
type Outgoing struct {
	ID, AgencyID int64
	State        State
	Revision     int64 // of the row; forms carry it (stale → Conflict)

	TypeCode, TypeName, Form, Subject, Authority, Body string
	LegalBases                                         []string   `db:"-"`
	Addressees                                         []string   `db:"-"`
	Annexes                                            []Annex    `db:"-"`
	Meeting                                            Meeting    `db:"-"`
	Receivers                                          []Receiver `db:"-"`
	FieldAbbr                                          string
	Urgency                                            Urgency
	DueDate                                            calendar.Date
	ReplyTo                                            int64
	KeptCopies                                         int
	Restricted                                         bool

	UnitID         int64
	UnitName       string
	DrafterID      int64
	DrafterHolding int64
	DrafterName    string
	HolderHolding  int64 // whose turn it is while in review or awaiting signature, else 0
	HolderPerson   int64
	HolderName     string
	Reviewers      []int64 `db:"-"` // every post whose turn it is while in review
	SignerHolding  int64
	SignerPerson   int64
	SignerName     string
	Capacity       string
	CapacityLines  []string `db:"-"`
	SignerPosition string
	DelegationID   int64

	ContentNo     int64 // grows with every change of the text
	FileContentNo int64 // the text that the main file shows
	MainFile      int64 // documents_files; 0 none yet
	Version       int64 // number of the newest file version

	RegisterID int64
	Year       int
	Number     int64         // 0 until numbered
	Notation   string        // "QĐ-UBND"
	NumberText string        // "05/QĐ-UBND"
	IssuedDate calendar.Date // date of the document
	DocumentID string        // "<code>,<yyyy/MM/dd>,<number>/<notation>", given at issue

	SignedAt   store.Instant `db:"signed_us"`
	NumberedAt store.Instant `db:"numbered_us"`
	SealedAt   store.Instant `db:"sealed_us"`
	IssuedAt   store.Instant `db:"issued_us"`
	CreatedAt  store.Instant `db:"created_us"`
	At         store.Instant `db:"at_us"` // of the last change of state

	RecalledAt   store.Instant `db:"recalled_us"` // the agency took the whole document back: document and metadata are frozen (V51)
	RecallReason string
	RecallBasis  string // the document by which it was taken back, "" = none
	ReplacedBy   int64  // the issued document that replaces it
}

// Ref names the document in files, history and journal.
func (o *Outgoing) Ref() string { return OutgoingRef(o.ID) }

// Title is how a person would name the document: its number, or type and subject before it has one.
func (o *Outgoing) Title() string {
	if o.NumberText != "" {
		return o.NumberText
	}
	return o.TypeName + ": " + o.Subject
}

// FileIsCurrent tells whether the main file shows the text as it is now: only then it may be submitted, approved, signed.
func (o *Outgoing) FileIsCurrent() bool { return o.MainFile != 0 && o.FileContentNo == o.ContentNo }

type outgoingRow struct {
	Outgoing
	LegalBasesJSON    store.JSON `db:"legal_bases"`
	AddresseesJSON    store.JSON `db:"addressees"`
	AnnexesJSON       store.JSON `db:"annexes"`
	MeetingJSON       store.JSON `db:"meeting"`
	CapacityLinesJSON store.JSON `db:"capacity_lines"`
}

const outgoingColumns = `o.agency_id, o.id, o.state, o.revision, o.type_code, o.type_name, o.form, o.subject, o.authority, o.body, o.legal_bases, o.addressees,
	o.annexes, o.meeting, o.field_abbr, o.urgency, o.due_date, o.reply_to, o.kept_copies, o.restricted, o.unit_id, o.unit_name, o.drafter_id, o.drafter_holding,
	o.drafter_name, o.holder_holding, o.holder_person, o.holder_name, o.signer_holding, o.signer_person, o.signer_name, o.capacity, o.capacity_lines,
	o.signer_position, o.delegation_id, o.content_no, o.file_content_no, o.main_file, o.version, o.register_id, o.year, o.number, o.notation, o.number_text,
	o.issued_date, o.document_id, o.signed_us, o.numbered_us, o.sealed_us, o.issued_us, o.created_us, o.at_us,
	o.recalled_us, o.recall_reason, o.recall_basis, o.replaced_by`

var (
	sqlFindOutgoing = store.SQL(`SELECT ` + outgoingColumns + ` FROM documents_outgoing o WHERE ` + outgoingSeen + ` AND o.id = $10`)
	sqlLoadOutgoing = store.SQL(`SELECT ` + outgoingColumns + ` FROM documents_outgoing o WHERE o.id = $1 AND o.agency_id = $2`)
	sqlReceivers    = store.SQL(`SELECT ordinal, receiver_agency, receiver_unit, name, role FROM documents_receivers WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY ordinal`)
	sqlTakePart     = store.SQL(`INSERT INTO documents_participants (agency_id, person_id, outgoing_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
)

// FindOutgoing gives a document to those who may see it; NotFound for all others, also of other agencies (law 6).
func FindOutgoing(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Outgoing, error) {
	args, err := outgoingBound(ctx, r, a)
	if err != nil {
		return nil, err
	}
	row, ok, err := store.Maybe[outgoingRow](ctx, r, sqlFindOutgoing, append(args, id)...)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err != nil {
		return nil, err
	}
	return row.complete(ctx, r)
}

// load gives a document of an agency without asking who wants it: for the installation's own work.
func load(ctx context.Context, r store.Reader, agency, id int64) (*Outgoing, error) {
	row, ok, err := store.Maybe[outgoingRow](ctx, r, sqlLoadOutgoing, id, agency)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err != nil {
		return nil, err
	}
	return row.complete(ctx, r)
}

func (row *outgoingRow) complete(ctx context.Context, r store.Reader) (*Outgoing, error) {
	o := &row.Outgoing
	for _, c := range []struct {
		from store.JSON
		into any
	}{{row.LegalBasesJSON, &o.LegalBases}, {row.AddresseesJSON, &o.Addressees}, {row.AnnexesJSON, &o.Annexes}, {row.MeetingJSON, &o.Meeting}, {row.CapacityLinesJSON, &o.CapacityLines}} {
		if err := decode(c.from, c.into); err != nil {
			return nil, err
		}
	}
	var err error
	if o.State == InReview {
		if o.Reviewers, err = store.All[int64](ctx, r, sqlOpenApprovals, o.AgencyID, o.ID); err != nil {
			return nil, err
		}
	}
	o.Receivers, err = store.All[Receiver](ctx, r, sqlReceivers, o.AgencyID, o.ID)
	return o, err
}

// Acts lists what the actor may do with the document now, from the same table that every act is checked against.
func Acts(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Act, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	acts := o.acts(a)
	frozen, err := FrozenBy(ctx, r, a.Agency, o.Ref())
	if err != nil || len(frozen) > 0 {
		return []Act{}, err
	}
	if held, err := readsOnly(ctx, r, a, "outgoing", id); err != nil || held {
		return []Act{}, err
	}
	return acts, nil
}

// IssuedDocument is all that exchange needs to send a document.
type IssuedDocument struct {
	Outgoing
	Files []File // the main file first
}

var sqlAgencyOf = store.SQL(`SELECT agency_id FROM documents_outgoing WHERE id = $1 AND state = 'issued'`)

// FindIssued gives an issued document with its receivers and files. No actor: the installation's followers call it. NotFound when the
// document is not issued.
func FindIssued(ctx context.Context, r store.Reader, id int64) (*IssuedDocument, error) {
	agency, ok, err := store.Maybe[int64](ctx, r, sqlAgencyOf, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err != nil {
		return nil, err
	}
	o, err := load(ctx, r, agency, id)
	if err != nil {
		return nil, err
	}
	files, err := filesOf(ctx, r, agency, o.Ref())
	return &IssuedDocument{Outgoing: *o, Files: files}, err
}

var sqlLockOutgoing = store.SQL(`SELECT o.id FROM documents_outgoing o WHERE o.agency_id = $1 AND o.id = $2 {FOR UPDATE}`)

// findHeld is FindOutgoing for an act: the acts on a document follow each other, so that of two who answer at once the second one sees the first.
func findHeld(ctx context.Context, tx *store.Tx, a store.Actor, id int64) (*Outgoing, error) {
	if _, _, err := store.Maybe[int64](ctx, tx, sqlLockOutgoing, a.Agency, id); err != nil {
		return nil, err
	}
	return FindOutgoing(ctx, tx, a, id)
}

// begin loads a document for an act of the transaction's actor and checks the act against the table.
func begin(ctx context.Context, tx *store.Tx, id int64, act Act) (*Outgoing, arrow, error) {
	o, err := findHeld(ctx, tx, tx.Actor(), id)
	if err == nil {
		err = RefuseFrozen(ctx, tx, o.AgencyID, o.Ref())
	}
	if err != nil {
		return nil, arrow{}, err
	}
	step, err := o.allow(tx.Actor(), act)
	if err == nil && step.who == byAnybody {
		var held bool
		if held, err = readsOnly(ctx, tx, tx.Actor(), "outgoing", id); held {
			err = errReadsOnly()
		}
	}
	return o, step, err
}

// stale refuses a form that was opened before somebody else changed the document.
func (o *Outgoing) stale(revision int64) error {
	if revision != 0 && revision != o.Revision {
		return store.Refuse(store.Conflict, "Văn bản đã được người khác sửa sau khi ông/bà mở. Nội dung mới nhất được giữ nguyên; hãy tải lại trang rồi sửa tiếp.")
	}
	return nil
}

// takePart lets a person see the document from now on.
func takePart(ctx context.Context, tx *store.Tx, o *Outgoing, persons ...int64) error {
	for _, p := range persons {
		if p == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, sqlTakePart, o.AgencyID, p, o.ID); err != nil {
			return err
		}
	}
	return nil
}

func init() {
	owners["outgoing"] = owner{
		sees: func(ctx context.Context, r store.Reader, a store.Actor, id int64) error {
			_, err := FindOutgoing(ctx, r, a, id)
			return err
		},
		attach: Attach,
	}
}
