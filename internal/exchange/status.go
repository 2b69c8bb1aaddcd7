package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// Kinds of parcels on the axis (X2.2).
const (
	kindDocument = "edoc"
	kindStatus   = "status"
)

// status is one code we owe the sender of a receipt: "incoming/<id>", or "quarantine/<id>" for a parcel that was not taken in.
type status struct {
	AgencyID    int64
	ID          int64
	Receipt     string
	Code        string
	PeerCode    string
	DocumentID  string
	Number      string
	Notation    string
	Issued      string
	Parcel      string // of the document, as received; of 15 and 16 the name of the request that is answered
	SHA         string
	Entry       string        // số đến, from 03 on
	StatedAt    store.Instant `db:"stated_us"`
	ByName      string
	ByUnit      string
	ByEmail     string
	ByPhone     string
	Description string
	Raw         store.Packed // the message as it leaves, signed on the axis; "" = not written yet
	Tries       int
	Channel     string // it goes back by, that of what it is about; "" = the axis
}

const statusColumns = `agency_id, id, receipt, code, peer_code, document_id, number, notation, issued, parcel, sha, entry, stated_us, by_name, by_unit, by_email, by_phone, description, raw, tries, channel`

var (
	// Each code is owed at most once per receipt (X12.4, X21.2).
	sqlOwe = store.SQL(`INSERT INTO exchange_statuses (agency_id, id, receipt, code, peer_code, document_id, number, notation, issued, parcel, sha, entry, stated_us,
			by_name, by_unit, by_email, by_phone, description, raw, sent_us, due_us, tries, last_error, channel, gate_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', 0, $19, 0, '', $20, $21) ON CONFLICT (agency_id, receipt, code) DO NOTHING`)
	sqlAnyOwed   = store.SQL(`SELECT id FROM exchange_statuses WHERE due_us > 0 AND due_us <= $1 LIMIT 1`)
	sqlClaimOwed = store.SQL(`UPDATE exchange_statuses SET due_us = $1, tries = tries + 1 WHERE (agency_id, id) IN (
			SELECT agency_id, id FROM exchange_statuses WHERE due_us > 0 AND due_us <= $2 ORDER BY due_us, id LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING ` + statusColumns)
	sqlClaimOwedOf = store.SQL(`UPDATE exchange_statuses SET due_us = $1, tries = tries + 1 WHERE (agency_id, id) IN (
			SELECT agency_id, id FROM exchange_statuses WHERE agency_id = $2 AND due_us > 0 AND due_us <= $3 ORDER BY due_us, id LIMIT $4 {FOR UPDATE SKIP LOCKED})
		RETURNING ` + statusColumns)
	sqlOwingAgencies = store.SQL(`WITH RECURSIVE turn (agency_id) AS (
			SELECT (SELECT agency_id FROM exchange_statuses WHERE due_us > 0 AND agency_id > $1 ORDER BY agency_id LIMIT 1)
			UNION ALL SELECT (SELECT s.agency_id FROM exchange_statuses s WHERE s.due_us > 0 AND s.agency_id > turn.agency_id ORDER BY s.agency_id LIMIT 1)
				FROM turn WHERE turn.agency_id IS NOT NULL)
		SELECT agency_id FROM turn WHERE agency_id IS NOT NULL
			AND EXISTS (SELECT 1 FROM exchange_statuses s WHERE s.agency_id = turn.agency_id AND s.due_us > 0 AND s.due_us <= $2) LIMIT $3`)
	sqlWritten = store.SQL(`UPDATE exchange_statuses SET raw = $1 WHERE agency_id = $2 AND id = $3 AND raw = ''`)
	sqlSent    = store.SQL(`UPDATE exchange_statuses SET due_us = 0, sent_us = $1, last_error = '' WHERE agency_id = $2 AND id = $3`)
	sqlNotSent = store.SQL(`UPDATE exchange_statuses SET due_us = $1, last_error = $2 WHERE agency_id = $3 AND id = $4`)
	sqlRepeat  = store.SQL(`UPDATE exchange_statuses SET due_us = CASE WHEN channel = 'axis' THEN CAST($1 AS BIGINT) ELSE 0 END, gate_us = CASE WHEN channel = 'axis' THEN 0 ELSE $1 END,
			tries = 0, failed = FALSE WHERE agency_id = $2 AND receipt = $3 AND due_us = 0 AND gate_us = 0`)
)

func owe(ctx context.Context, tx *store.Tx, s status) error {
	due, gate := tx.Now(), store.Instant(0)
	if s.Channel == "" {
		s.Channel = ChannelAxis
	} else if s.Channel != ChannelAxis {
		due, gate = 0, due // the gateways have a worker of their own
	}
	_, err := tx.Exec(ctx, sqlOwe, s.AgencyID, tx.NewID(), s.Receipt, s.Code, s.PeerCode, s.DocumentID, s.Number, s.Notation, s.Issued, s.Parcel, s.SHA, s.Entry,
		s.StatedAt, s.ByName, s.ByUnit, s.ByEmail, s.ByPhone, s.Description, due, s.Channel, gate)
	return err
}

// repeat sends the statuses of a receipt again, the same bytes: its sender asked a second time, so it may have lost them.
func repeat(ctx context.Context, tx *store.Tx, agency int64, receipt string) error {
	_, err := tx.Exec(ctx, sqlRepeat, tx.Now(), agency, receipt)
	return err
}

var owedStatuses = claims{oldest: sqlClaimOwed, agencies: sqlOwingAgencies, ofAgency: sqlClaimOwedOf}

// answerOnce writes, keeps and sends the statuses that are due. The signed bytes are committed before they leave, so that a status sent
// twice is the same status.
func (o *Office) answerOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyOwed, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var owed []status
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		owed, err = claim[status](ctx, tx, &owedStatuses, tx.Now().Add(o.lease()))
		return err
	})
	if err != nil || len(owed) == 0 {
		return 0, err
	}
	slices.SortFunc(owed, func(a, b status) int { return cmp.Compare(a.ID, b.ID) }) // in the order of the acts (X23.4)
	return len(owed), o.answer(ctx, owed)
}

func (o *Office) answer(ctx context.Context, owed []status) error {
	parcels, errs := make([]axis.Parcel, len(owed)), make([]error, len(owed))
	kept := make([]*store.Packing, len(owed))
	o.side(len(owed), func(i int) {
		if parcels[i], errs[i] = o.writeStatus(ctx, owed[i]); errs[i] == nil && owed[i].Raw == "" {
			kept[i] = keptAs(owed[i].AgencyID, parcels[i].From, parcels[i].Body).Ahead(o.DB)
		}
	})
	err := o.DB.Keep(ctx, func(tx *store.Tx) error {
		for i, s := range owed {
			if errs[i] != nil || s.Raw != "" {
				continue
			}
			if _, err := tx.Exec(ctx, sqlWritten, kept[i], s.AgencyID, s.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = o.fail("before status")
	}
	if err != nil {
		return err
	}
	var ready []axis.Parcel
	var places []int
	for i := range owed {
		if errs[i] == nil {
			ready, places = append(ready, parcels[i]), append(places, i)
		}
	}
	results := o.post(ctx, ready)
	for i, place := range places {
		errs[place] = results[i]
	}
	if err := o.fail("after status"); err != nil {
		return err
	}
	err = o.DB.Keep(ctx, func(tx *store.Tx) error {
		for i, s := range owed {
			var err error
			if errs[i] == nil {
				_, err = tx.Exec(ctx, sqlSent, tx.Now(), s.AgencyID, s.ID)
			} else {
				_, err = tx.Exec(ctx, sqlNotSent, tx.Now().Add(min(30*time.Second<<min(s.Tries, 7), time.Hour)), errs[i].Error(), s.AgencyID, s.ID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

// side does n things side by side.
func (o *Office) side(n int, f func(i int)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, o.parallel())
	for i := range n {
		slots <- struct{}{}
		all.Go(func() { defer func() { <-slots }(); f(i) })
	}
	all.Wait()
}

// writeStatus makes the signed message of a status, or takes the one already kept.
func (o *Office) writeStatus(ctx context.Context, s status) (axis.Parcel, error) {
	us, err := agencyOf(ctx, o.DB, s.AgencyID, s.StatedAt)
	if err != nil {
		return axis.Parcel{}, err
	}
	p := axis.Parcel{ID: fmt.Sprintf("%s/%d/%s", us.Wire, s.ID, s.Code), From: us.Wire, To: s.PeerCode, Kind: kindStatus, Body: []byte(s.Raw)}
	if s.Raw != "" {
		// The same message, but not the same parcel: within the window of the axis a repeated id would be dropped as known.
		p.ID = fmt.Sprintf("%s/%d", p.ID, s.Tries)
		return p, nil
	}
	b, err := statusMessage(us, s)
	if err != nil {
		return p, err
	}
	p.Body, err = o.signPacket(ctx, us, b)
	return p, err
}

// keptAs is how the bytes of a status stand in an agency's row: texts of one signer are nearly the same again and again, on both sides.
func keptAs(agency int64, signer string, raw []byte) *store.Packing {
	return store.Pack(agency, "receipt/"+signer, string(raw))
}

// statusMessage is a status as a message, not signed yet.
func statusMessage(us agency, s status) ([]byte, error) {
	m := &edxml.StatusMessage{
		From: us.organization(),
		ResponseFor: edxml.ResponseFor{OrganID: s.PeerCode, Code: edxml.Code{Number: s.Number, Notation: s.Notation}, DocumentID: s.DocumentID,
			Date: edxml.Date(s.Issued)},
		Staff: edxml.Staff{Department: s.ByUnit, Name: s.ByName, Email: s.ByEmail, Mobile: s.ByPhone},
		Code:  s.Code, Description: s.describe(), At: s.StatedAt.Time().In(edxml.VietnamTime),
	}
	var b bytes.Buffer
	if _, err := edxml.WriteStatus(&b, m); err != nil {
		return nil, fmt.Errorf("status %s for %s: %w", s.Code, s.DocumentID, err)
	}
	return b.Bytes(), nil
}

// mark is what a machine reads at the end of a Description.
type mark struct{ SHA, Parcel, Number, Speaks, Request string }

var (
	marked       = regexp.MustCompile(`\s*\[\[([a-z0-9]+=[^;\[\]]*(?:;[a-z0-9]+=[^;\[\]]*)*)\]\]\s*$`)
	markSafe     = strings.NewReplacer(";", ",", "[", "(", "]", ")", "=", ":")
	maxDescribed = 1000
)

// describe is the Description with its mark; a long reason goes first (see the name plate).
func (s status) describe() string {
	if s.answers() {
		return s.describeAnswer()
	}
	m := "[[sha256=" + s.SHA + ";parcel=" + markSafe.Replace(s.Parcel)
	if s.Entry != "" {
		m += ";number=" + markSafe.Replace(s.Entry)
	}
	m += ";speaks=" + speaksReconcile
	if s.SHA == "" {
		return s.Description
	}
	out := strings.TrimSpace(s.Description + " " + m + "]]")
	if utf8.RuneCountInString(out) > maxDescribed {
		return s.Description
	}
	return out
}

// answers tells a status that decides about a request.
func (s status) answers() bool { return s.Code == "15" || s.Code == "16" }

// describeAnswer names the request. Here it is the reason that gives way: without the name the answer would be taken for that of another request.
func (s status) describeAnswer() string {
	if s.Parcel == "" {
		return s.Description
	}
	m := "[[request=" + markSafe.Replace(s.Parcel) + "]]"
	text := s.Description
	if room := maxDescribed - utf8.RuneCountInString(m) - 1; utf8.RuneCountInString(text) > room {
		text = cut(text, room-1) + "…"
	}
	return strings.TrimSpace(text + " " + m)
}

// requestName is what an answer calls the request that came in a packet: the parcel without its receiver, or the 13 without the count of its tries. What came
// over a gateway has none.
func requestName(kind documents.RequestKind, packet string) string {
	parcel, ok := strings.CutPrefix(packet, ChannelAxis+":")
	if !ok {
		return ""
	}
	if kind == documents.GiveBack {
		return returnName(parcel)
	}
	if i := strings.LastIndexByte(parcel, '/'); i > 0 {
		return parcel[:i]
	}
	return parcel
}

// returnName is the name of a status 13 by its parcel, "<code>/<number>/13" or, repeated, "<code>/<number>/13/<tries>"; "" = it is no such status of congvu.
func returnName(parcel string) string {
	if at := strings.LastIndex(parcel+"/", "/13/"); at > 0 {
		return parcel[:at] + "/13"
	}
	return ""
}

// unmark takes a Description apart. What is no mark stays text.
func unmark(description string) (string, mark) {
	at := marked.FindStringSubmatchIndex(description)
	if at == nil {
		return description, mark{}
	}
	var m mark
	for _, pair := range strings.Split(description[at[2]:at[3]], ";") {
		switch k, v, _ := strings.Cut(pair, "="); k {
		case "sha256":
			m.SHA = v
		case "parcel":
			m.Parcel = v
		case "number":
			m.Number = v
		case "speaks":
			m.Speaks = v
		case "request":
			m.Request = v
		}
	}
	if m.SHA == "" && m.Request == "" {
		return description, mark{}
	}
	return description[:at[0]], m
}
