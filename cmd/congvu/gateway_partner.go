package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"congvu/internal/edxml"
	"congvu/internal/gateway"
)

// partner is a simulated agency behind a gateway: it fetches what arrives and answers as an office would, so that a demonstration or a test sees a
// document's whole course. It keeps what it still owes in memory.
type partner struct {
	code, name string
	link       gateway.Link
	now        func() time.Time
	after      time.Duration // between one status and the next
	refuse     bool          // 02 instead of 01, 03, 05, 06
	decline    bool          // 16 instead of 15
	say        func(format string, args ...any)

	owed []owedStatus
}

// owedStatus is an answer whose time is still to come.
type owedStatus struct {
	at time.Time
	m  *edxml.StatusMessage
}

// turn takes what waits and sends what is due.
func (p *partner) turn(ctx context.Context) error {
	day := p.now()
	for _, kind := range []string{gateway.Document, gateway.Status} {
		lines, err := p.link.List(ctx, kind, day.AddDate(0, 0, -7), day)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if err := p.take(ctx, line); err != nil {
				return err
			}
		}
	}
	return p.pay(ctx)
}

func (p *partner) take(ctx context.Context, line gateway.Waiting) error {
	r, err := p.link.Fetch(ctx, line.DocID)
	if err != nil {
		return err
	}
	defer r.Close()
	m, err := edxml.Read(r, edxml.Options{})
	var unreadable *edxml.Quarantine
	if errors.As(err, &unreadable) {
		p.say("%s không đọc được bản tin %s: %s\n", p.code, line.DocID, unreadable.Code)
		return p.link.Confirm(ctx, line.DocID, gateway.Failed)
	}
	if err != nil {
		return err
	}
	p.answer(m)
	return p.link.Confirm(ctx, line.DocID, gateway.Done)
}

// answer decides what the agency will say: a course for a document, yes or no to a request (X9, X11).
func (p *partner) answer(m *edxml.Message) {
	switch {
	case m.Document != nil:
		d := m.Document
		p.say("%s nhận văn bản %s của %s (%s)\n", p.code, d.Code, d.From.OrganID, d.Business.Kind)
		about := edxml.ResponseFor{OrganID: d.From.OrganID, Code: d.Code, DocumentID: d.DocumentID, Date: d.Date}
		if d.Business.Kind == edxml.Recall || d.Business.Kind == edxml.Update {
			if d.Business.DocumentID != "" {
				about.DocumentID = d.Business.DocumentID
			}
			p.request(about)
			return
		}
		p.course(about)
	case m.Status != nil && m.Status.Code == "13":
		about := m.Status.ResponseFor
		about.OrganID = m.Status.From.OrganID
		p.say("%s được yêu cầu trả lại văn bản %s\n", p.code, about.Code)
		p.request(about)
	case m.Status != nil:
		p.say("%s nhận trạng thái %s về văn bản %s\n", p.code, m.Status.Code, m.Status.ResponseFor.Code)
	}
}

func (p *partner) course(about edxml.ResponseFor) {
	if p.refuse {
		p.owe(about, 0, "02", "Văn bản không thuộc thẩm quyền giải quyết của cơ quan")
		return
	}
	for i, code := range []string{"01", "03", "05", "06"} {
		p.owe(about, i, code, edxml.StatusLabels[code])
	}
}

func (p *partner) request(about edxml.ResponseFor) {
	if p.decline {
		p.owe(about, 1, "16", "Văn bản đã được giải quyết xong, không trả lại được")
		return
	}
	p.owe(about, 1, "15", edxml.StatusLabels["15"])
}

func (p *partner) owe(about edxml.ResponseFor, step int, code, text string) {
	at := p.now().Add(time.Duration(step) * p.after)
	p.owed = append(p.owed, owedStatus{at, &edxml.StatusMessage{
		From: edxml.Organization{OrganID: p.code, Name: p.name, InCharge: p.name}, ResponseFor: about,
		Staff: edxml.Staff{Department: "Văn thư", Name: "Cán bộ mô phỏng"}, Code: code, Description: text, At: at,
	}})
}

// pay sends what is due in its order. What a gateway will never take is said and dropped.
func (p *partner) pay(ctx context.Context) error {
	for len(p.owed) > 0 {
		next := -1
		for i, o := range p.owed {
			if !o.at.After(p.now()) && (next < 0 || o.at.Before(p.owed[next].at)) {
				next = i
			}
		}
		if next < 0 {
			return nil
		}
		m := p.owed[next].m
		err := p.send(ctx, m)
		var refusal *gateway.Refusal
		if errors.As(err, &refusal) && !refusal.Again {
			p.say("%s không gửi được trạng thái %s: %v\n", p.code, m.Code, refusal)
		} else if err != nil {
			return err
		} else {
			p.say("%s gửi trạng thái %s về văn bản %s\n", p.code, m.Code, m.ResponseFor.Code)
		}
		p.owed = append(p.owed[:next], p.owed[next+1:]...)
	}
	return nil
}

func (p *partner) send(ctx context.Context, m *edxml.StatusMessage) error {
	var b bytes.Buffer
	if _, err := edxml.WriteStatus(&b, m); err != nil {
		return fmt.Errorf("status %s: %w", m.Code, err)
	}
	_, err := p.link.Send(ctx, gateway.Message{Kind: gateway.Status, From: p.code, To: m.ResponseFor.OrganID, Name: "trang-thai-" + m.Code + ".edxml", Size: int64(b.Len()),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }})
	return err
}
