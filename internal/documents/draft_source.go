package documents

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"congvu/internal/blob"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// States of a source file.
const (
	SourceWaiting = "waiting" // the converter has not come to it
	SourceDone    = "done"    // its PDF is a version of the main file
	SourceFailed  = "failed"  // Said tells why; the main file is as it was
)

// SourceFile is a word processor's file that became, or is to become, the main file of a draft (V1, V33). It is kept as it was sent; receivers
// never get it.
type SourceFile struct {
	ID         int64
	AgencyID   int64
	OutgoingID int64
	Name       string
	Size       int64
	SHA        string
	Media      string
	State      string
	Reason     store.JSON // store.Message
	Cut        int64      // links to files elsewhere that were cut before the conversion
	Version    int64      // of the main file that it became; 0 while it is none
	Actor      store.JSON // store.Actor: who sent it, as he was then
	PersonName string
	AskedAt    store.Instant `db:"asked_us"`
	At         store.Instant `db:"at_us"`
}

// Said is why the conversion failed; empty otherwise.
func (s SourceFile) Said() store.Message { return said(s.Reason) }

const (
	jobConvert    = "documents-convert"
	sourceColumns = `agency_id, id, outgoing_id, name, size, sha, media, state, reason, cut, version, actor, person_name, asked_us, at_us`
)

var (
	sqlPutSource = store.SQL(`INSERT INTO documents_sources (` + sourceColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 'null', 0, 0, $8, $9, $10, $10)`)
	sqlSources   = store.SQL(`SELECT ` + sourceColumns + ` FROM documents_sources WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY id DESC LIMIT 50`)
	sqlSource    = store.SQL(`SELECT ` + sourceColumns + ` FROM documents_sources WHERE agency_id = $1 AND id = $2`)
	sqlEndSource = store.SQL(`UPDATE documents_sources SET state = $1, reason = $2, cut = $3, version = $4, at_us = $5 WHERE agency_id = $6 AND id = $7 AND state = 'waiting'`)
	sqlSourceSHA = store.SQL(`SELECT sha FROM documents_sources WHERE sha IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`)
)

// Converts tells whether a file of that name is converted before it can be a main file.
func Converts(name string) bool { return typist.Known(name) }

// Converting tells whether this installation converts files at all.
func (d *Desk) Converting() bool { return d.Typist.Ready() }

// uploadSource keeps a word processor's file and plans its conversion. What is wrong with the file itself is refused here, before anybody waits.
func uploadSource(ctx context.Context, d *Desk, a store.Actor, o *Outgoing, name string, from io.Reader) error {
	f, err := d.keepSource(ctx, a, name, from)
	if err != nil {
		return err
	}
	return d.write(ctx, a, func(tx *store.Tx) error {
		now, _, err := begin(ctx, tx, o.ID, ActUpload)
		if err != nil {
			return err
		}
		return now.putSource(ctx, tx, f, store.Say("Tải lên tệp nguồn {name} để chuyển thành PDF.", "name", f.Name))
	})
}

// keepSource keeps a file that is to be converted; nothing is planned yet.
func (d *Desk) keepSource(ctx context.Context, a store.Actor, name string, from io.Reader) (File, error) {
	if !d.Converting() {
		return File{}, store.RefuseField("file", "Máy chủ chưa cài phần mềm chuyển đổi nên chưa nhận tệp {name}. Nội dung đã có được giữ nguyên; hãy xuất văn bản ra PDF rồi tải lên.", "name", line(name))
	}
	f, err := KeepFile(ctx, d, a.Agency, name, from)
	if err == nil {
		if _, err = d.inspect(ctx, f.Name, f.SHA, f.Size); err != nil {
			err = refuseReason("file", err)
		}
	}
	return f, err
}

// putSource plans the conversion of a kept file into the main file.
func (o *Outgoing) putSource(ctx context.Context, tx *store.Tx, f File, what store.Message) error {
	who, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	id := tx.NewID()
	err = tx.Put(ctx, sqlPutSource, o.AgencyID, id, o.ID, f.Name, f.Size, f.SHA, f.Media, store.JSONOf(tx.Actor()), who, tx.Now())
	if err == nil {
		err = tx.Enqueue(ctx, store.Job{Kind: jobConvert, Key: fmt.Sprintf("%d/%d", o.AgencyID, id), AgencyID: o.AgencyID, Payload: store.JSONOf(sourceJob{o.AgencyID, id})})
	}
	if err == nil {
		err = o.tell(ctx, tx, move{act: ActUpload, verb: "document.source_uploaded", what: what, data: map[string]string{"sha": f.SHA}})
	}
	return err
}

func (d *Desk) inspect(ctx context.Context, name, sha string, size int64) (typist.Inspected, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, sha, size)
	if err != nil {
		return typist.Inspected{}, err
	}
	return typist.Inspect(name, b)
}

// Sources lists the word processors' files of a draft, the newest first, to those who may see the document.
func Sources(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]SourceFile, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return store.All[SourceFile](ctx, r, sqlSources, o.AgencyID, o.ID)
}

// OpenSource gives a source file as it was sent, to those who may see the document.
func OpenSource(ctx context.Context, d *Desk, a store.Actor, outgoing, id int64) (SourceFile, io.ReadSeekCloser, error) {
	o, err := FindOutgoing(ctx, d.DB, a, outgoing)
	if err != nil {
		return SourceFile{}, nil, err
	}
	s, ok, err := store.Maybe[SourceFile](ctx, d.DB, sqlSource, o.AgencyID, id)
	if err == nil && (!ok || s.OutgoingID != o.ID) {
		err = errNotFound()
	}
	if err != nil {
		return SourceFile{}, nil, err
	}
	content, err := d.Blobs.Open(ctx, s.SHA)
	if err != nil {
		err = fmt.Errorf("open source %d: %w", id, err)
	}
	return s, content, err
}

type sourceJob struct{ Agency, Source int64 }

// RunDrafting converts what people sent, one file at a time, until ctx ends. Several processes may run it on one installation.
func RunDrafting(ctx context.Context, d *Desk, trouble func(error)) {
	d.DB.Work(ctx, d.converting(), trouble)
}

func (d *Desk) converting() store.Work {
	return store.Work{Kind: jobConvert, Batch: 1, Lease: 5 * time.Minute, MaxTries: 3, Do: d.convert, Stuck: d.convertStuck}
}

// convert makes the PDF outside of any transaction and keeps it, in the name of who sent the file, if he still may change the draft.
func (d *Desk) convert(ctx context.Context, j store.Job) error {
	var what sourceJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	s, ok, err := store.Maybe[SourceFile](ctx, d.DB, sqlSource, what.Agency, what.Source)
	if err != nil || !ok || s.State != SourceWaiting {
		return err
	}
	if err = d.convertSource(ctx, s); err == nil || ctx.Err() != nil {
		return err
	}
	_, refused := errorsAs[*store.Refusal](err)
	if _, said := errorsAs[reasoned](err); !refused && !said {
		return err // trouble of the machine: tried again
	}
	return d.write(ctx, store.System(s.AgencyID), func(tx *store.Tx) error { return s.fail(ctx, tx, reasonOf(err)) })
}

func (d *Desk) convertSource(ctx context.Context, s SourceFile) error {
	a, err := d.actorNow(ctx, s.Actor)
	if err != nil {
		return err
	}
	in, err := d.inspect(ctx, s.Name, s.SHA, s.Size)
	if err != nil {
		return err
	}
	b, err := d.Typist.Convert(ctx, in)
	if err != nil {
		return err
	}
	o, err := prepare(ctx, d, a, s.OutgoingID, ActUpload)
	if err != nil {
		return err
	}
	f := File{AgencyID: s.AgencyID, Name: strings.TrimSuffix(s.Name, path.Ext(s.Name)) + ".pdf", Media: filePDF}
	_, err = d.useAsMain(ctx, a, o, f, b, func(tx *store.Tx, now *Outgoing) error {
		return tx.Put(ctx, sqlEndSource, SourceDone, store.JSON("null"), in.Cut, now.Version, tx.Now(), s.AgencyID, s.ID)
	})
	return err
}

// fail ends a conversion that cannot succeed and tells who asked for it.
func (s SourceFile) fail(ctx context.Context, tx *store.Tx, why store.Message) error {
	why = lasting(why)
	if n, err := tx.Exec(ctx, sqlEndSource, SourceFailed, store.JSONOf(why), 0, 0, tx.Now(), s.AgencyID, s.ID); err != nil || n == 0 {
		return err
	}
	o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	var a store.Actor
	if err := decode(s.Actor, &a); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActUpload, verb: "document.source_failed", notify: []int64{a.Person},
		what: store.Say("Chưa chuyển được tệp {name} thành PDF: {reason}", "name", s.Name, "reason", why),
		tell: store.Say("Tệp {name} chưa chuyển được thành PDF: {reason} Tệp chính trước đó được giữ nguyên.", "name", s.Name, "reason", why)})
}

func (d *Desk) convertStuck(ctx context.Context, tx *store.Tx, j store.Job, cause error) error {
	var what sourceJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	s, ok, err := store.Maybe[SourceFile](ctx, tx, sqlSource, what.Agency, what.Source)
	if err != nil || !ok {
		return err
	}
	return s.fail(ctx, tx, store.Say("Máy chủ gặp sự cố khi chuyển đổi. Hãy tải tệp lên lại; nếu vẫn không được, hãy xuất ra PDF rồi tải lên."))
}
