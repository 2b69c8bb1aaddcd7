package documents

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"congvu/internal/blob"
	"congvu/internal/store"
	"congvu/internal/transcript"
)

// States of the text of a file.
const (
	TextRead   = "read"
	TextNone   = "no_text" // an empty page, a photograph
	TextNoOCR  = "no_ocr"  // a scan, and recognition is not installed
	TextFailed = "failed"
)

// mostFileText is the most bytes that are kept of a file's text.
const mostFileText = 1 << 20

// MostRead is the most bytes of a file that is read in the hands of a person.
const MostRead = transcript.MostBytes

// FileText is what was read from one file.
type FileText struct {
	SHA        string `db:"sha"`
	State      string
	Source     string // layer, ocr
	Confidence int    // in hundredths
	Pages      int
	Text       string
	Reading    store.JSON
	Reason     string        // of a failure, a Vietnamese sentence
	At         store.Instant `db:"at_us"`
}

// Proposals are the fields read from the file.
func (t FileText) Proposals() (r Reading, err error) {
	err = json.Unmarshal([]byte(t.Reading), &r)
	return r, err
}

const textColumns = `x.sha, x.state, x.source, x.confidence, x.pages, x.text, x.reading, x.reason, x.at_us`

var (
	sqlPutText = store.SQL(`INSERT INTO documents_texts (agency_id, sha, state, source, confidence, pages, text, reading, reason, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (agency_id, sha) DO UPDATE SET state = excluded.state, source = excluded.source,
		confidence = excluded.confidence, pages = excluded.pages, text = excluded.text, reading = excluded.reading, reason = excluded.reason, at_us = excluded.at_us`)
	sqlHasText = store.SQL(`SELECT state FROM documents_texts WHERE agency_id = $1 AND sha = $2`)
	// Whoever holds the same bytes may know what they say: a document to everybody is read once, not six hundred times. What could not be read is tried anew.
	sqlReadElsewhere = store.SQL(`SELECT ` + textColumns + ` FROM documents_texts x WHERE x.sha = $1 AND x.state IN ('read', 'no_text') LIMIT 1`)
	sqlTextsOf       = store.SQL(`SELECT ` + textColumns + ` FROM documents_files f JOIN documents_texts x ON x.agency_id = f.agency_id AND x.sha = f.sha
		WHERE f.agency_id = $1 AND f.ref = $2 ORDER BY f.main DESC, f.ordinal, f.id`)
	sqlForgetText = store.SQL(`DELETE FROM documents_texts WHERE agency_id = $1
		AND sha IN (SELECT f.sha FROM documents_files f WHERE f.agency_id = $1 AND f.ref = $2)
		AND sha NOT IN (SELECT o.sha FROM documents_files o WHERE o.agency_id = $1 AND o.ref <> $2
			AND o.sha IN (SELECT f.sha FROM documents_files f WHERE f.agency_id = $1 AND f.ref = $2))`)
	sqlWithoutOCR = store.SQL(`SELECT f.agency_id, f.ref FROM documents_texts x JOIN documents_files f ON f.agency_id = x.agency_id AND f.sha = x.sha
		WHERE x.state = 'no_ocr' ORDER BY f.agency_id, f.ref LIMIT 100000`)
)

// TextsOf gives what was read from the files of a document, the main one first, to those who may see the document.
func TextsOf(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]FileText, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	return textsOf(ctx, r, a.Agency, ref)
}

func textsOf(ctx context.Context, r store.Reader, agency int64, ref string) ([]FileText, error) {
	return store.All[FileText](ctx, r, sqlTextsOf, agency, ref)
}

// ForgetText removes what was read from the files of a document, in the act that recalls it. Files that another document has too keep theirs.
func ForgetText(ctx context.Context, tx *store.Tx, agency int64, ref string) error {
	_, err := tx.Exec(ctx, sqlForgetText, agency, ref)
	return err
}

const (
	// Transcriber is the follower that plans the reading of files.
	Transcriber   = "documents-texts"
	jobTranscribe = "documents-text"
)

// transcribed lists after which acts the files of a document are read: drafts change too often, and their text is in the draft itself.
var transcribed = []string{"document.arrived", "document.entered", "document.registered", "document.attached", "document.signed", "document.issued"}

// HearTexts is the follower: files of received, signed and issued documents are read soon; a recalled document's text is forgotten.
func (d *Desk) HearTexts(ctx context.Context, tx *store.Tx, e store.Entry) error {
	kind, _, known := strings.Cut(e.Ref, "/")
	switch {
	case !known || owners[kind].sees == nil:
		return nil
	case strings.HasSuffix(e.Verb, ".recalled"):
		return ForgetText(ctx, tx, e.AgencyID, e.Ref)
	case !slices.Contains(transcribed, e.Verb), kind == "outgoing" && e.Verb == "document.attached":
		return nil
	}
	return planTexts(ctx, tx, e.AgencyID, e.Ref, false)
}

type textJob struct {
	Agency int64
	Ref    string
	File   int64
	SHA    string
}

// planTexts gives the unread files of a document to the workers.
func planTexts(ctx context.Context, tx *store.Tx, agency int64, ref string, again bool) error {
	files, err := filesOf(ctx, tx, agency, ref)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !transcript.Reads(f.Media) || f.Size > transcript.MostBytes {
			continue
		}
		if _, there, err := store.Maybe[string](ctx, tx, sqlHasText, agency, f.SHA); err != nil || there && !again {
			if err != nil {
				return err
			}
			continue
		}
		key := ref + "/" + f.SHA
		if again, err := tx.Requeue(ctx, jobTranscribe, key); err != nil || again {
			if err != nil {
				return err
			}
			continue
		}
		if err := tx.Enqueue(ctx, store.Job{Kind: jobTranscribe, Key: key, AgencyID: agency, Payload: store.JSONOf(textJob{agency, ref, f.ID, f.SHA})}); err != nil {
			return err
		}
	}
	return nil
}

// ReadAgain plans the files that could not be recognised when the program was not installed; it tells how many documents have some.
func ReadAgain(ctx context.Context, db *store.DB) (int, error) {
	type place struct {
		AgencyID int64
		Ref      string
	}
	all, err := store.All[place](ctx, db, sqlWithoutOCR)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return len(all), db.Keep(ctx, func(tx *store.Tx) error {
		for _, p := range all {
			if err := planTexts(ctx, tx, p.AgencyID, p.Ref, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// Transcribe reads the files of documents until ctx ends. Without a reader nothing is planned or read.
func (d *Desk) Transcribe(ctx context.Context, trouble func(error)) {
	if d.Texts == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.DB.Follow(ctx, Transcriber, d.HearTexts, trouble)
	}()
	d.DB.Work(ctx, d.transcribing(), trouble)
	<-done
}

func (d *Desk) transcribing() store.Work {
	return store.Work{Kind: jobTranscribe, Batch: 1, Lease: transcript.MostBehind + 5*time.Minute, MaxTries: 3, Do: d.transcribe}
}

// transcribe reads one file outside of any transaction and keeps what it says.
func (d *Desk) transcribe(ctx context.Context, j store.Job) error {
	var what textJob
	if err := j.Decode(&what); err != nil {
		return err
	}
	f, ok, err := store.Maybe[File](ctx, d.DB, sqlFile, what.Agency, what.File)
	if err != nil || !ok || f.SHA != what.SHA || f.Ref != what.Ref {
		return err
	}
	t, known, err := store.Maybe[FileText](ctx, d.DB, sqlReadElsewhere, f.SHA)
	if err != nil {
		return err
	}
	if !known {
		b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
		if err != nil {
			return err
		}
		behind := j.Tries <= 1 && d.DB.Now() < j.Due.Add(textsWait)
		if t, err = d.readText(ctx, behind, f.Media, b); err != nil {
			return err
		}
	}
	return d.DB.Write(ctx, store.System(what.Agency), func(tx *store.Tx) error {
		if gone, err := d.forgotten(ctx, tx, what); err != nil || gone {
			tx.Wrote()
			return orElse(err, tx.Finish(ctx, j))
		}
		if err := tx.Put(ctx, sqlPutText, what.Agency, what.SHA, t.State, t.Source, t.Confidence, t.Pages, t.Text, t.Reading, t.Reason, tx.Now()); err != nil {
			return err
		}
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.transcribed", Agency: what.Agency, Ref: what.Ref, Title: f.Name,
			Data: map[string]any{"file": f.ID, "state": t.State, "source": t.Source, "confidence": t.Confidence, "pages": t.Pages}})
	})
}

// textsWait is how long the text of a file may wait while people at work use the processors. What waited longer is read beside their work.
const textsWait = time.Hour

// readText reads a file and proposes its fields; what a file is to blame for is a state, everything else an error.
func (d *Desk) readText(ctx context.Context, behind bool, media string, b []byte) (FileText, error) {
	reader := d.Texts
	if behind {
		reader = reader.Behind()
	}
	out := FileText{State: TextNone, Reading: store.JSONOf(Reading{Fields: []ReadField{}})}
	t, err := reader.Read(ctx, media, b)
	var refused *transcript.Refusal
	switch {
	case behind && errors.Is(err, transcript.ErrTooLong): // the machine was busy: it is tried again beside the others
		return out, err
	case errors.Is(err, transcript.ErrNoOCR):
		out.State = TextNoOCR
		return out, nil
	case errors.As(err, &refused) && ctx.Err() == nil:
		out.State = TextFailed
		out.Reason, _ = refused.Reason()
		return out, nil
	case err != nil:
		return out, err
	}
	types, err := AllTypes(ctx, d.DB)
	if err != nil {
		return out, err
	}
	out.Text, out.Source, out.Pages, out.Confidence = strings.ReplaceAll(t.Plain(mostFileText), "\x00", ""), t.Source(), t.Total, int(t.Confidence()*100)
	out.Reading = store.JSONOf(ReadDocument(t, types))
	switch {
	case t.NoOCR:
		out.State = TextNoOCR
	case out.Text != "":
		out.State = TextRead
	}
	return out, nil
}

// forgotten tells whether the document was recalled or the file taken away while it was read.
func (d *Desk) forgotten(ctx context.Context, r store.Reader, what textJob) (bool, error) {
	f, ok, err := store.Maybe[File](ctx, r, sqlFile, what.Agency, what.File)
	if err != nil || !ok || f.SHA != what.SHA {
		return true, err
	}
	kind, id, err := ParseRef(what.Ref)
	if err != nil || kind != "incoming" {
		return err != nil, nil
	}
	doc, err := Receipt(ctx, r, what.Agency, id)
	return err != nil || doc.State == Recalled, nil
}

// ReadFile proposes the fields of a file that is not kept yet: a scan in the hands of the registry. The person waits for it; nothing is written.
func ReadFile(ctx context.Context, d *Desk, a store.Actor, name string, b []byte) (Reading, error) {
	var none Reading
	if a.Person == 0 || a.Agency == 0 {
		return none, store.Refuse(store.Forbidden, "Chỉ người dùng của cơ quan được đọc thông tin từ tệp.")
	}
	if d.Texts == nil {
		return none, store.Refuse(store.Invalid, "Bản cài đặt này chưa bật việc đọc nội dung tệp. Hãy nhập thông tin bằng tay.")
	}
	media := mediaOf[strings.ToLower(path.Ext(line(name)))]
	if !transcript.Reads(media) {
		return none, store.RefuseField("file", "Tệp {name} không phải là PDF hay ảnh quét nên không đọc được thông tin. Tệp vẫn có thể đính kèm.", "name", line(name))
	}
	t, err := d.Texts.Read(ctx, media, b)
	if err != nil {
		return none, refuseReason("file", err)
	}
	types, err := AllTypes(ctx, d.DB)
	if err != nil {
		return none, err
	}
	return ReadDocument(t, types), nil
}
