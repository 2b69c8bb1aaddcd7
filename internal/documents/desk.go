package documents

import (
	"context"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
	"congvu/internal/transcript"
	"congvu/internal/typist"
)

// Desk is what an act needs outside of the database: the files, the server's keys, whom to believe, and the working days.
type Desk struct {
	DB       *store.DB
	Blobs    blob.Store
	Keys     *keys.Store
	Trust    *keys.Trust
	Calendar *calendar.Calendar // nil = calendar.Default()

	// Locked tells whether a person is shut out of the system: work that he ordered stops then. nil = nobody is.
	Locked func(ctx context.Context, r store.Reader, person int64) (bool, error)

	Stamper pades.Stamper      // the time-stamp authority; nil = none: signatures stay as they are made
	Texts   *transcript.Reader // reads the text of files; nil = content is not read
	Typist  *typist.Typist     // makes PDFs of word processors' files; nil = off

	Witness pades.Witness // who is asked whether certificates stand; nil = nobody

	accesses accessLog // readings that wait to be written (access_log.go)
}

func (d *Desk) days() *calendar.Calendar {
	if d.Calendar == nil {
		return calendar.Default()
	}
	return d.Calendar
}

// today is the legal day of an act (UTC+7).
func today(at store.Instant) calendar.Date { return calendar.DateOf(at.Time()) }

// line and text clean what a person typed; line keeps no line breaks.
func line(s string) string { return i18n.CleanLine(s) }
func text(s string) string { return i18n.Clean(s) }

// reasoned is an error of a shed that has a sentence for people.
type reasoned interface {
	Reason() (text string, args map[string]any)
}

// refuseReason turns a shed's refusal into one of the store, field by field; other errors pass.
func refuseReason(field string, err error) error {
	if r, ok := errorsAs[reasoned](err); ok {
		text, args := r.Reason()
		return &store.Refusal{Kind: store.Invalid, Problems: []store.Problem{{Field: field, Message: store.Message{Text: text, Args: args}}}, Cause: err}
	}
	return err
}

// write runs one act; the desk's convenience for acts that also touch files and keys.
func (d *Desk) write(ctx context.Context, a store.Actor, f func(tx *store.Tx) error) error {
	return d.DB.Write(ctx, a, f)
}
