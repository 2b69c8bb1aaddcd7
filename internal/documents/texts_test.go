package documents

import (
	"bytes"
	"strings"
	"testing"

	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// reads lets the desk read files, and does what is due.
func (h *house) reads() {
	h.t.Helper()
	if h.Desk.Texts == nil {
		h.Desk.Texts = testReader(h.t)
	}
	storetest.Drain(h.t, h.DB, Transcriber, h.Desk.HearTexts)
	for {
		n, err := h.DB.WorkOnce(bg, h.Desk.transcribing())
		must(h.t, err)
		if n == 0 {
			return
		}
	}
}

// V38: the text of an issued document is read from its file, and its fields agree with the document.
func TestAnIssuedDocumentIsRead(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	h.reads()
	texts, err := TextsOf(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	if len(texts) != 1 || texts[0].State != TextRead || texts[0].Source != "layer" || texts[0].Confidence != 100 || !strings.Contains(texts[0].Text, o.SignerName) {
		t.Fatalf("%+v", texts)
	}
	reading, err := texts[0].Proposals()
	must(t, err)
	if got := reading.Value(ReadNotation); got != o.Notation {
		t.Errorf("notation %q, document %q: %.300s", got, o.Notation, texts[0].Text)
	}
	if got := reading.Value(ReadIssued); got != string(o.IssuedDate) {
		t.Errorf("date %q, document %q", got, o.IssuedDate)
	}
	must(t, h.try(h.clerk, func(tx *store.Tx) error {
		return orElse(ForgetText(bg, tx, o.AgencyID, o.Ref()), tx.Record(store.Event{Verb: "document.transcribed", Agency: o.AgencyID, Ref: o.Ref()}))
	}))
	if texts, err = TextsOf(bg, h.DB, h.clerk, o.Ref()); err != nil || len(texts) != 0 {
		t.Errorf("a forgotten text is still there: %v %v", texts, err)
	}
}

// The same bytes are read once in an installation; a reading that failed elsewhere is not believed.
func TestTheSameBytesAreReadOnce(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	main := must1(filesOf(bg, h.DB, o.AgencyID, o.Ref()))[0]
	elsewhere := func(state, text string) {
		t.Helper()
		must(t, h.DB.Keep(bg, func(tx *store.Tx) error {
			return tx.Put(bg, sqlPutText, o.AgencyID+99, main.SHA, state, "layer", 100, 1, text, `{"fields":[]}`, "", tx.Now())
		}))
	}
	elsewhere(TextFailed, "")
	h.reads()
	if texts := must1(TextsOf(bg, h.DB, h.clerk, o.Ref())); len(texts) != 1 || texts[0].State != TextRead || !strings.Contains(texts[0].Text, o.SignerName) {
		t.Fatalf("%+v", texts)
	}
	must(t, h.try(h.clerk, func(tx *store.Tx) error {
		return orElse(ForgetText(bg, tx, o.AgencyID, o.Ref()), tx.Record(store.Event{Verb: "document.transcribed", Agency: o.AgencyID, Ref: o.Ref()}))
	}))
	elsewhere(TextRead, "đã đọc ở nơi khác")
	must(t, h.DB.Keep(bg, func(tx *store.Tx) error { return planTexts(bg, tx, o.AgencyID, o.Ref(), true) }))
	h.reads()
	if texts := must1(TextsOf(bg, h.DB, h.clerk, o.Ref())); len(texts) != 1 || texts[0].Text != "đã đọc ở nơi khác" {
		t.Errorf("%+v", texts)
	}
}

// V19: what was read is shown to those who may see the document.
func TestATextIsShownToThoseWhoSeeTheDocument(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	h.reads()
	stranger := h.clerk
	stranger.Agency += 99
	if _, err := TextsOf(bg, h.DB, stranger, o.Ref()); err == nil {
		t.Error("another agency reads the text")
	}
}

// A file in the registry's hands is read at once, and nothing is written.
func TestAScanInHandsIsReadWithoutBeingKept(t *testing.T) {
	h := newHouse(t)
	h.Desk.Texts = testReader(t)
	made, err := paper.Render(readSamples()[0].paper)
	must(t, err)
	reading, err := ReadFile(bg, h.Desk, h.clerk, "Công văn.pdf", made.PDF)
	must(t, err)
	if reading.Value(ReadSigner) != "Nguyễn Thị Minh Khai" || reading.Source != "layer" {
		t.Errorf("%+v", reading)
	}
	if _, err := ReadFile(bg, h.Desk, h.clerk, "bang.xlsx", made.PDF); err == nil {
		t.Error("a workbook was read")
	}
	if _, err := ReadFile(bg, h.Desk, h.clerk, "hong.pdf", bytes.Repeat([]byte("x"), 100)); err == nil {
		t.Error("a broken file was read")
	}
}
