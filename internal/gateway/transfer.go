package gateway

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxList = 256 * megabyte // the national directory has more than 120,000 entries (X20.1)
	maxHead = megabyte       // of an answer beside its message
)

func (w *wire) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(vietnam).Format(w.words["day"])
}

// carrying gives a call the message as the one part of a form.
func (w *wire) carrying(c call, m Message) (call, error) {
	if m.Open == nil || m.Size <= 0 {
		return c, &Refusal{Call: c.path, Cause: errors.New("the message has no content")}
	}
	var frame bytes.Buffer
	f := multipart.NewWriter(&frame)
	if err := f.SetBoundary("congvu" + strings.ToLower(rand.Text())); err != nil {
		return c, err
	}
	if _, err := f.CreateFormFile(w.words["part"], partName(m.Name)); err != nil {
		return c, err
	}
	front := bytes.Clone(frame.Bytes())
	frame.Reset()
	if err := f.Close(); err != nil {
		return c, err
	}
	c.kind, c.size = f.FormDataContentType(), int64(len(front))+m.Size+int64(frame.Len())
	c.shown = fmt.Sprintf("%s(%d bytes)%s", front, m.Size, frame.String())
	c.body = func() (io.ReadCloser, error) {
		file, err := m.Open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(front), &exact{r: file, left: m.Size}, bytes.NewReader(frame.Bytes())), file}, nil
	}
	return c, nil
}

// exact refuses a file that is shorter or longer than was said: a torso must not travel as the whole.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	if e.left == 0 {
		var one [1]byte
		if n, err := io.ReadFull(e.r, one[:]); n > 0 || err != io.EOF {
			return 0, errors.New("the message is not as long as was said")
		}
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF {
		err = nil
	}
	return n, err
}

// partName keeps a file name harmless in a header of a form.
func partName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\"`, r) {
			return '-'
		}
		return r
	}, s)
	if s == "" {
		s = "vanban"
	}
	if !strings.HasSuffix(strings.ToLower(s), ".edxml") {
		s += ".edxml"
	}
	return s
}

func hashOf(m Message) (string, error) {
	if m.Open == nil {
		return "", errors.New("the message has no content")
	}
	r, err := m.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	_, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

// identifier finds the DocId that the exchange drew (X17.9), beside the data or in it.
func identifier(a *answer) string {
	id := a.DocID
	for _, name := range []string{"docId", "DocId", "docid"} {
		if raw, ok := a.object[name]; ok && id == "" {
			_ = id.UnmarshalJSON(raw)
		}
	}
	if id == "" {
		id = a.value
	}
	if len(id) > 128 || !headerText(string(id)) {
		return ""
	}
	return string(id)
}

// fetch reads the whole answer before it gives the message: what the server thinks of the call may stand behind the data.
func (w *wire) fetch(ctx context.Context, c call, docID string) (io.ReadCloser, error) {
	body := &content{}
	c.document, c.limit, c.into.text = docID, w.MaxBytes+maxHead, body
	a, err := w.do(ctx, c)
	switch {
	case err != nil:
		body.drop()
		return nil, err
	case !a.hasData || body.size == 0:
		body.drop()
		return nil, &Refusal{Call: c.path, HTTP: 200, Again: true, Cause: fmt.Errorf("%w: no message in it", errGarbage)}
	}
	return body.open()
}

// waitingList collects the lines of a list. Servers spell its names in several ways.
type waitingList struct{ lines []Waiting }

func (l *waitingList) add(raw json.RawMessage) error {
	var v struct {
		DocID       plain `json:"docId"`
		ID          plain `json:"id"`
		MessageType plain `json:"messageType"`
		From        plain `json:"from"`
		FromCode    plain `json:"fromCode"`
		To          plain `json:"to"`
		ToCode      plain `json:"toCode"`
		Status      plain `json:"status"`
		Created     plain `json:"created_time"`
		CreatedTime plain `json:"createdTime"`
		CreatedDate plain `json:"createdDate"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	line := Waiting{DocID: first(v.DocID, v.ID), Kind: strings.ToLower(string(v.MessageType)), From: first(v.From, v.FromCode), To: first(v.To, v.ToCode),
		State: strings.ToLower(string(v.Status)), Created: when(first(v.Created, v.CreatedTime, v.CreatedDate))}
	if line.DocID == "" || len(line.DocID) > 128 || !headerText(line.DocID) {
		return errors.New("a line without a usable docId")
	}
	l.lines = append(l.lines, line)
	return nil
}

// sorted gives what still waits, oldest first; lines of equal or unknown age keep their order.
func (l *waitingList) sorted(kind string) []Waiting {
	out := slices.DeleteFunc(l.lines, func(w Waiting) bool {
		return w.State == string(Done) || w.State == string(Failed) || w.Kind != "" && w.Kind != kind
	})
	for i := range out {
		out[i].Kind = kind
	}
	slices.SortStableFunc(out, func(a, b Waiting) int { return a.Created.Compare(b.Created) })
	return out
}

func first(values ...plain) string {
	for _, v := range values {
		if v != "" {
			return string(v)
		}
	}
	return ""
}

// unitList collects a directory (X20.2).
type unitList struct{ units []Unit }

func (l *unitList) add(raw json.RawMessage) error {
	var v struct {
		ID         plain `json:"id"`
		PID        plain `json:"pid"`
		Code       plain `json:"code"`
		OrganID    plain `json:"organId"`
		Code102    plain `json:"code102"`
		OldCode    plain `json:"oldCode"`
		Name       plain `json:"name"`
		OrganName  plain `json:"organName"`
		Mail       plain `json:"mail"`
		Email      plain `json:"email"`
		Version    plain `json:"version"`
		CenterCode plain `json:"centerCode"`
		IsAgency   plain `json:"isAgency"`
		Deleted    plain `json:"deleted"`
		ModifyDate plain `json:"modifyDate"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	l.units = append(l.units, Unit{ID: string(v.ID), ParentID: string(v.PID), Code: first(v.Code, v.OrganID), Code102: string(v.Code102), OldCode: string(v.OldCode),
		Name: first(v.Name, v.OrganName), Mail: first(v.Mail, v.Email), Version: string(v.Version), CenterCode: string(v.CenterCode),
		IsAgency: v.IsAgency == "" || v.IsAgency.yes(), Deleted: v.Deleted.yes(), ModifiedAt: when(string(v.ModifyDate))})
	return nil
}

var timeForms = []string{"2006/01/02 15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "02/01/2006 15:04:05", "2006/01/02", "2006-01-02", "02/01/2006"}

// when reads the times met in lists; zero if unknown. Numbers are seconds or milliseconds since 1970.
func when(s string) time.Time {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		if n > 1e11 {
			return time.UnixMilli(min(n, 1e14)).UTC()
		}
		return time.Unix(n, 0).UTC()
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC()
	}
	s, _, _ = strings.Cut(s, ".")
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, s, vietnam); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
