package documents

import (
	"context"
	"errors"

	"congvu/internal/store"
)

var errPending = errors.New("documents: being written")

// Arrive keeps a document that exchange has opened, in exchange's transaction (X12 import). The same packet, or the same document with the
// same files, gives the receipt there is and duplicate = true (X21.6); the same keys with other content arrive as a suspected update (X21.7).
func Arrive(ctx context.Context, tx *store.Tx, in Arrival) (d *Incoming, duplicate bool, err error) {
	return nil, false, errPending
}

// Enter keeps a paper document typed in by the registry; Register then gives it its arrival number.
func Enter(ctx context.Context, tx *store.Tx, form EntryForm) (*Incoming, error) {
	return nil, errPending
}

// Twins lists what the document seems to repeat (V8, D10.14).
func Twins(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Twin, error) {
	return nil, errPending
}

// Register enters a received document in the register and draws its arrival number (NĐ 30/2020 art. 22; D10.6). *Duplicate while a twin
// is undecided; Invalid while a failed or indeterminate signature check has no reason.
func Register(ctx context.Context, tx *store.Tx, id int64, form RegisterForm) (*Registration, error) {
	return nil, errPending
}

// CancelRegistration takes a registration back before the document was submitted or forwarded (X12.5); the number stays used.
func CancelRegistration(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	return errPending
}

// Refuse gives an arrived document back to its sender (D10.4, N1): status 02 leaves with the reason.
func Refuse(ctx context.Context, tx *store.Tx, id int64, ground Ground, reason string) error {
	return errPending
}

// SubmitToLeader lays a registered document before a leader (trình, D10.8). There is no approval (N18).
func SubmitToLeader(ctx context.Context, tx *store.Tx, id int64, to int64, note string) error {
	return errPending
}

// ReturnToRegistry: the leader gives a submitted document back to the registry with a reason.
func ReturnToRegistry(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	return errPending
}

// Direct records a direction (bút phê) and makes the receipt lines; a direction given before is replaced visibly (D12.4).
func Direct(ctx context.Context, tx *store.Tx, id int64, form Direction) (*Directed, error) {
	return nil, errPending
}

// Conclude closes a registered document that needs no handling ("lưu, không xử lý").
func Conclude(ctx context.Context, tx *store.Tx, id int64, result string) error { return errPending }

// Forward gives a line on; it stays mine to follow (D11.8).
func Forward(ctx context.Context, tx *store.Tx, line int64, form ForwardForm) ([]Line, error) {
	return nil, errPending
}

// HandOver gives a line away wholly: it closes when the receiver's line closes.
func HandOver(ctx context.Context, tx *store.Tx, line int64, to Target, note string) (*Line, error) {
	return nil, errPending
}

// Start says that handling has begun (05 when the line leads).
func Start(ctx context.Context, tx *store.Tx, line int64) error { return errPending }

// Comment leaves an opinion on the document (D11.9).
func Comment(ctx context.Context, tx *store.Tx, id int64, text string) error { return errPending }

// Complete finishes a line (D11.7); when it is the lead's, the document is done (06).
func Complete(ctx context.Context, tx *store.Tx, line int64, form CompleteForm) error {
	return errPending
}

// ReturnLine gives a line back to who sent it, with a reason of 10 to 1000 characters (D11.6).
func ReturnLine(ctx context.Context, tx *store.Tx, line int64, reason string) error {
	return errPending
}

// RecallLine takes back a line that was given below the actor's, and every line below it (D11.10, N4).
func RecallLine(ctx context.Context, tx *store.Tx, line int64, reason string) error {
	return errPending
}

// ReplyIssued closes what our outgoing document, now issued, answers: the lead's lines and the document (N2). Outgoing's Issue calls it.
func ReplyIssued(ctx context.Context, tx *store.Tx, outgoingID, incomingID int64) error {
	return errPending
}

// MarkRead notes the first reading on the actor's lines (D11.5). It never changes a state (N25).
func MarkRead(ctx context.Context, db *store.DB, a store.Actor, id int64) error { return errPending }

// FindIncoming gives a document to those who may see it; NotFound to others.
func FindIncoming(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Incoming, error) {
	return nil, errPending
}

// Lines gives the receipt lines of a document, those above before those below.
func Lines(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Line, error) {
	return nil, errPending
}

// Directions gives every direction of a document, also the replaced ones, oldest first.
func Directions(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Directed, error) {
	return nil, errPending
}

// ActsIncoming lists what the actor may do with a document now, from the tables that the acts themselves obey.
func ActsIncoming(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]InAct, error) {
	return nil, errPending
}

// Inbox gives a page of one of the actor's tabs with the counts of all of them.
func Inbox(ctx context.Context, r store.Reader, a store.Actor, f InFilter) (Page[IncomingRow], error) {
	return Page[IncomingRow]{}, errPending
}

// InTabs lists the tabs an actor has, in order.
func InTabs(a store.Actor) []string { return nil }

// Arrivals is Inbox of the registry's queue of arrived documents.
func Arrivals(ctx context.Context, r store.Reader, a store.Actor, f InFilter) (Page[IncomingRow], error) {
	return Page[IncomingRow]{}, errPending
}

// MyWork is "Việc của tôi": everything that waits for the actor, as lists whose counts are what the linked lists show (N8).
func MyWork(ctx context.Context, r store.Reader, a store.Actor) ([]WorkList, error) {
	return nil, errPending
}

// PrintIncoming prints the register of incoming documents (D7.2, D7.7), numbers from..to (0 = all), as PDF.
func PrintIncoming(ctx context.Context, r store.Reader, a store.Actor, register int64, from, to int64) ([]byte, error) {
	return nil, errPending
}

// HandlingSheet prints the phiếu giải quyết văn bản đến of a document (D12.2) as PDF.
func HandlingSheet(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	return nil, errPending
}

// InAct is one thing an actor may do with an incoming document now. Line is 0 for acts on the document.
type InAct struct {
	Code string // register, refuse, cancel_registration, submit, return_to_registry, direct, conclude, forward, hand_over, start, comment, complete, return, recall
	Line int64
	Name string // Vietnamese, for the button
}
