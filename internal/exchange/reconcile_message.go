package exchange

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/axis"
	"congvu/internal/calendar"
	"congvu/internal/edxml"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

// kindReconcile are messages between installations of congvu alone. They go only to a peer that has said that it reads them (speaksReconcile in the mark
// of a status): one that does not would put them into quarantine, where they trouble a person.
const (
	kindReconcile   = "reconcile"
	speaksReconcile = "reconcile"
	maxReconcile    = 2 << 20 // bytes of such a message
)

// Steps of a round: the sender of documents asks with what he sent, the receiver tells what he holds, the sender asks further where they differ.
const (
	stepAsk  = "ask"
	stepTell = "tell"
)

// span is the parcels of one day of packing, or of those the ones whose hash begins with a prefix: how many, and a hash over them.
type span struct {
	Day    string `json:"day"`
	Prefix string `json:"prefix,omitempty"`
	Count  int    `json:"count"`
	Hash   string `json:"hash"`
}

// item is one parcel as one side has it.
type item struct {
	Parcel string `json:"parcel"` // its id on the axis
	SHA    string `json:"sha256,omitempty"`
	Kind   string `json:"kind"` // have | waiting | quarantined | refused | missing
}

// What a receiver says of a parcel.
const (
	itemHave        = "have"
	itemWaiting     = "waiting"
	itemQuarantined = "quarantined"
	itemRefused     = "refused"
	itemMissing     = "missing"
)

// comparison is a message of a round. All of it is signed by the agency that sends it.
type comparison struct {
	Step   string        `json:"step"`
	Round  string        `json:"round"`
	From   string        `json:"from"`
	To     string        `json:"to"`
	At     store.Instant `json:"at_us"`
	Since  store.Instant `json:"since_us"`
	Until  store.Instant `json:"until_us"`
	Whole  bool          `json:"whole,omitempty"`  // of an ask: Spans are all days of the asker, so days that are not among them are empty there
	Spans  []span        `json:"spans,omitempty"`  // of an ask: compare these; of a tell: what the teller counts where there is too much to list
	Listed []span        `json:"listed,omitempty"` // of a tell: Items holds all of these
	Items  []item        `json:"items,omitempty"`
	Heard  []heardCodes  `json:"heard,omitempty"` // of an ask: what was heard of documents that are not finished (reconcile_heard.go)
	Asked  []string      `json:"asked,omitempty"` // of an ask: names of requests that wait for an answer
	Open   []string      `json:"open,omitempty"`  // of an ask: parcels without a receipt
}

// madeAt is when the parcel of an item was packed, read from its id "<code>/<number>/<receiver>" on both sides alike; 0 = it is of another make.
func madeAt(parcel, receiver string) store.Instant {
	rest, ok := strings.CutSuffix(parcel, "/"+receiver)
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(rest[strings.LastIndexByte(rest, '/')+1:], 10, 64)
	if err != nil {
		return 0
	}
	return store.MadeAt(id)
}

func dayOf(at store.Instant) string { return string(calendar.DateOf(at.Time())) }

func place(parcel string) string {
	sum := sha256.Sum256([]byte(parcel))
	return hex.EncodeToString(sum[:])
}

// dated is an item with its day and its place among those of the day.
type dated struct {
	item
	day, place string
}

func date(i item, receiver string) dated {
	return dated{i, dayOf(madeAt(i.Parcel, receiver)), place(i.Parcel)}
}

// spanned gives the items of a span, in order.
func spanned(all []dated, day, prefix string) []dated {
	var out []dated
	for _, d := range all {
		if d.day == day && strings.HasPrefix(d.place, prefix) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b dated) int { return cmp.Compare(a.Parcel, b.Parcel) })
	return out
}

// count makes the span of items that both sides must have alike.
func count(all []dated, day, prefix string) span {
	s, h := span{Day: day, Prefix: prefix}, sha256.New()
	for _, d := range spanned(all, day, prefix) {
		if d.Kind == itemHave {
			s.Count++
			fmt.Fprintf(h, "%s %s\n", d.Parcel, d.SHA)
		}
	}
	s.Hash = hex.EncodeToString(h.Sum(nil))
	return s
}

func days(all []dated) []string {
	var out []string
	for _, d := range all {
		if !slices.Contains(out, d.day) {
			out = append(out, d.day)
		}
	}
	slices.Sort(out)
	return out
}

const (
	fewItems  = 64   // a span of so many is listed, a larger one is divided by sixteen
	mostItems = 2000 // of one message
	mostOpen  = 1000
)

// answer is what a receiver tells of the spans he was asked about.
func (c comparison) answer(ours []dated) comparison {
	out := comparison{Step: stepTell, Round: c.Round, From: c.To, To: c.From, Since: c.Since, Until: c.Until}
	spans := slices.Clone(c.Spans)
	for _, day := range days(ours) {
		if c.Whole && !slices.ContainsFunc(spans, func(s span) bool { return s.Day == day }) {
			spans = append(spans, span{Day: day, Hash: count(nil, day, "").Hash})
		}
	}
	for _, s := range spans {
		mine := count(ours, s.Day, s.Prefix)
		switch {
		case mine == s:
		case max(mine.Count, s.Count) <= fewItems && len(out.Items) < mostItems:
			out.Listed = append(out.Listed, mine)
			for _, d := range spanned(ours, s.Day, s.Prefix) {
				out.Items = append(out.Items, d.item)
			}
		default:
			for _, digit := range "0123456789abcdef" {
				out.Spans = append(out.Spans, count(ours, s.Day, s.Prefix+string(digit)))
			}
		}
	}
	return out
}

// further is what a sender asks next: the parts that differ of what was too much to list.
func (c comparison) further(ours []dated) []span {
	var out []span
	for _, theirs := range c.Spans {
		if mine := count(ours, theirs.Day, theirs.Prefix); mine != theirs {
			out = append(out, mine)
		}
	}
	return out
}

// signComparison is the message as a signed parcel.
func (o *Office) signComparison(ctx context.Context, us agency, c comparison) (axis.Parcel, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return axis.Parcel{}, err
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<edXML xmlns="` + edxml.NS + `"><edXML:edXMLEnvelope xmlns:edXML="` + edxml.NS + `"><edXML:edXMLHeader></edXML:edXMLHeader></edXML:edXMLEnvelope><Comparison>`)
	if err := xml.EscapeText(&b, text); err != nil {
		return axis.Parcel{}, err
	}
	b.WriteString(`</Comparison></edXML>`)
	raw, err := o.signPacket(ctx, us, b.Bytes())
	return axis.Parcel{ID: fmt.Sprintf("%s/%s/%d", us.Wire, kindReconcile, o.DB.NewID()), From: us.Wire, To: c.To, Kind: kindReconcile, Body: raw}, err
}

// readComparison opens such a message and checks that envelope, content and certificate name one sender, and us as the receiver.
func (o *Office) readComparison(ctx context.Context, raw []byte, from, to string) (comparison, sender, error) {
	var c comparison
	signed, err := xmldsig.Verify(raw, header, xmldsig.Options{})
	if err != nil {
		return c, sender{}, faultOf("signature", err)
	}
	now := o.DB.Now()
	if r := o.chained(signed, now.Time()); r != nil {
		return c, sender{}, r
	}
	var x struct {
		Comparison string `xml:"Comparison"`
	}
	if xml.Unmarshal(signed.Signed, &x) != nil || json.Unmarshal([]byte(x.Comparison), &c) != nil || c.Step != stepAsk && c.Step != stepTell {
		return c, sender{}, fault("unreadable", "Gói tin không đọc được.")
	}
	who, known, err := agencyByCode(ctx, o.DB, c.From, now)
	if err != nil {
		return c, sender{}, err
	}
	s := sender{Code: c.From, Name: c.From, Codes: []string{c.From}}
	if known {
		s = sender{ID: who.ID, Code: c.From, Name: who.Name, Codes: append([]string{c.From}, who.codes()...)}
	}
	approved, err := o.bound(ctx, int64(s.ID), signed.Certificate)
	switch {
	case err != nil:
		return c, s, err
	case !same(s.Codes, from) || !edxml.SameCode(c.To, to):
		return c, s, fault("sender_mismatch", "Trục liên thông nhận gói tin từ {from}, nhưng trong gói tin ghi cơ quan gửi là {sender}.", "from", from, "sender", c.From)
	case !approved && !names(signed.Certificate, s.Codes):
		return c, s, fault("foreign_certificate", "Gói tin ghi cơ quan gửi {sender} nhưng ký bằng chứng thư của {signer}.", "sender", c.From, "signer", signed.Certificate.Subject.CommonName)
	}
	return c, s, nil
}
