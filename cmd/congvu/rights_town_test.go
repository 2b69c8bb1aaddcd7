package main

import (
	"bytes"
	"context"
	"crypto"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/audit"
	"congvu/internal/auth"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/notify"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var rightsMonday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Hanoi)

const rightsPassword = "mot cau de nho va dai"

// rightsRoles are the posts of the test, each with one role and what comes with its rank; "nobody" has no post and no account.
var rightsRoles = []string{"specialist", "unit_head", "leader", "head", "clerk", "assistant", "agency_admin", "system_admin", "archivist", "nobody"}

// rightsTown is an installation with two agencies that never wrote to each other, and a third outside that both write to.
type rightsTown struct {
	t         *testing.T
	config    store.Config
	db        *store.DB
	desk      *documents.Desk
	exchange  *exchange.Office
	authority *keys.TestAuthority
	hash      string
	outside   org.AgencyID
	own       *rightsOffice
	foreign   *rightsOffice
}

// rightsOffice is one agency: who works there, and what of it has an identifier. word stands in every name and text of its own.
type rightsOffice struct {
	word       string
	code       string
	agency     org.AgencyID
	unit       org.UnitID
	people     map[string]store.Actor
	tokens     map[string]string // for the API
	sessions   map[string]string // for the web
	incoming   map[string]int64  // by state
	outgoing   map[string]int64
	pictures   map[string]int64 // of the library: seal (approved), signature and placing (proposed)
	lines      map[string]int64 // of the incoming document in that state
	files      map[string]int64 // "incoming", "outgoing", "draft"
	deliveries map[string]int64 // "issued"
	registers  map[string]int64 // "incoming", "outgoing"

	reservation, secret, posting, copyUse int64

	grant, request, change, freeze int64 // of rights to single documents
	dossiers                       dossierThings

	preserved   int64 // the main file of the issued document
	stamp       int64 // of the signed document, on its way
	quarantine  int64
	delegation  int64
	rule        int64
	template    int64
	group       int64
	extension   int64 // asked by the specialist for his line of the assigned document
	copy        int64 // on paper, of the issued document
	saved       int64 // searches of the specialist; the second is forgotten through the web, the third through the API
	forgotten   int64
	dropped     int64
	reorganised int64 // a draft of the city's administrator
	phrase      int64
	standin     int64
	certificate int64
	signing     int64 // of the head, with a SIM
	batch       int64 // of the head
	assignment  int64 // given by the head to the unit
	asking      int64 // the specialist's request for opinions on the document in review
	opinion     int64 // asked of the leader
	step        int64 // of the document in review, open
	comment     int64 // of the head of the unit, on its first page
	message     int64 // for the head
	apiToken    int64 // of the specialist
	session     int64
}

func newRightsTown(t *testing.T) *rightsTown {
	t.Helper()
	w := &rightsTown{t: t}
	w.config = storetest.Config(t, storetest.NewClock(rightsMonday))
	db, err := store.Open(context.Background(), w.config)
	w.must(err)
	t.Cleanup(func() { db.Close() })
	w.db = db
	w.authority, err = keys.NewTestAuthority(keys.TestOptions{From: rightsMonday.AddDate(-1, 0, 0), Until: rightsMonday.AddDate(5, 0, 0), Seed: []byte("rights test, nothing secret")})
	w.must(err)
	dir := t.TempDir()
	w.must(w.authority.WriteTrust(dir))
	trust, err := keys.LoadTrust(dir)
	w.must(err)
	trust.AllowTest = true
	blobs, err := blob.OpenDisk(t.TempDir())
	w.must(err)
	ring, err := keys.Open(t.TempDir(), []byte("a secret of thirty-two bytes ..."))
	w.must(err)
	w.desk = &documents.Desk{DB: db, Blobs: blobs, Keys: ring, Trust: trust}
	w.exchange = &exchange.Office{DB: db, Blobs: blobs, Keys: ring, Trust: trust, SpoolDir: t.TempDir(), Log: &audit.Log{DB: db, Keys: ring, Node: "n-town"}}
	w.hash, err = auth.HashPassword(t.Context(), rightsPassword)
	w.must(err)
	w.write(store.System(0), func(tx *store.Tx) error {
		a, err := org.OpenAgency(t.Context(), tx, org.AgencyForm{Code: "H26.30", Name: "Sở Tài chính", Abbr: "STC", Level: org.Department, Seat: "Huế", HeadTitle: "GIÁM ĐỐC", ValidFrom: "2026-01-01"})
		if err == nil {
			w.outside = a.ID
		}
		return err
	})
	w.own = w.office("H26.15", "Bachyen")
	w.foreign = w.office("H26.20", "Quyvuong")
	return w
}

func (w *rightsTown) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *rightsTown) write(a store.Actor, f func(tx *store.Tx) error) {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), a, f))
}

// office founds an agency with one post for every role; its documents come later.
func (w *rightsTown) office(code, word string) *rightsOffice {
	w.t.Helper()
	ctx := w.t.Context()
	o := &rightsOffice{word: word, code: code, people: map[string]store.Actor{}, tokens: map[string]string{}, sessions: map[string]string{}, incoming: map[string]int64{},
		pictures: map[string]int64{}, outgoing: map[string]int64{}, lines: map[string]int64{}, files: map[string]int64{}, deliveries: map[string]int64{}, registers: map[string]int64{}}
	const from = calendar.Date("2026-01-01")
	w.write(store.System(0), func(tx *store.Tx) error {
		a, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: code, Name: "Cơ quan mã " + strings.ReplaceAll(code, ".", " "), Abbr: "CQ" + code[4:], Level: org.Department, Seat: "Huế", HeadTitle: "GIÁM ĐỐC",
			Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		o.agency = a.ID
		u, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng " + word, Abbr: "P" + word[:1], Kind: "phòng", ValidFrom: from})
		o.unit = u.ID
		return err
	})
	for _, p := range []struct {
		name  string
		unit  org.UnitID
		rank  org.Rank
		roles store.Roles
	}{{"specialist", o.unit, org.RankStaff, store.Specialist}, {"unit_head", o.unit, org.RankUnitHead, store.UnitHead}, {"leader", 0, org.RankDeputy, 0}, {"head", 0, org.RankHead, 0},
		{"clerk", 0, org.RankStaff, store.Clerk}, {"assistant", 0, org.RankStaff, store.Assistant}, {"agency_admin", 0, org.RankStaff, store.AgencyAdmin},
		{"system_admin", 0, org.RankStaff, store.SystemAdmin}, {"archivist", 0, org.RankStaff, store.Archivist}} {
		w.write(store.System(0), func(tx *store.Tx) error {
			login := strings.ReplaceAll(p.name, "_", ".") + "." + strings.ToLower(word)
			a, err := appointed(ctx, tx, o.agency, p.unit, strings.ReplaceAll(strings.ToUpper(p.name[:1])+p.name[1:], "_", " ")+" "+word, "Chức vụ "+word, p.rank, p.roles, from)
			if err != nil {
				return err
			}
			o.people[p.name] = a
			if err := auth.PutAccount(ctx, tx, auth.Opening{Person: org.PersonID(a.Person), Login: login, Hash: w.hash, Demo: true}); err != nil {
				return err
			}
			o.tokens[p.name], err = auth.IssueAPIToken(ctx, tx, a.Person, org.HoldingID(a.Holding), "phép thử", tx.Now().Add(24*time.Hour))
			return err
		})
		s, err := auth.SignIn(ctx, w.db, strings.ReplaceAll(p.name, "_", ".")+"."+strings.ToLower(word), rightsPassword, "127.0.0.1", "phép thử")
		w.must(err)
		o.sessions[p.name] = s.Token
		program, err := auth.ResolveAPIToken(ctx, w.db, o.tokens[p.name])
		w.must(err)
		for _, way := range []*auth.Session{s, program} { // everybody has confirmed himself: what is refused here is refused by rights
			_, err = auth.Confirm(ctx, w.db, way, rightsPassword)
			w.must(err)
		}
	}
	w.bindKeys(o)
	w.write(o.people["agency_admin"], func(tx *store.Tx) error {
		d, err := org.Delegate(ctx, tx, org.DelegationForm{AgencyID: o.agency, Capacity: "TL", Types: []string{"CONG_VAN"}, FromHolding: org.HoldingID(o.people["head"].Holding), ToHolding: org.HoldingID(o.people["unit_head"].Holding),
			Reference: "Quyết định 1/QĐ-" + o.word, ValidFrom: from})
		if err == nil {
			o.delegation = d.ID
		}
		return err
	})
	w.direction(o)
	w.reorganisation(o)
	tokens, err := auth.Tokens(ctx, w.db, o.people["specialist"])
	w.must(err)
	sessions, err := auth.Sessions(ctx, w.db, o.people["specialist"])
	w.must(err)
	o.apiToken, o.session = tokens[0].ID, sessions[0].ID
	return o
}

func (w *rightsTown) bindKeys(o *rightsOffice) {
	w.t.Helper()
	period := keys.Period{From: rightsMonday.AddDate(0, -1, 0), Until: rightsMonday.AddDate(3, 0, 0)}
	person, err := w.authority.Person("Head "+o.word, "Giám đốc", "Cơ quan "+o.code, period)
	w.must(err)
	agency, err := w.authority.Agency("Cơ quan "+o.code, o.code, period)
	w.must(err)
	for _, c := range []struct {
		key, owner string
		id         int64
		identity   *keys.Identity
	}{{"head-" + strings.ToLower(o.word), documents.OwnerPerson, o.people["head"].Person, person}, {exchange.KeyName(o.code), documents.OwnerAgency, int64(o.agency), agency}} {
		w.must(w.desk.Keys.Put(c.key, c.identity.Key, c.identity.Certificate, c.identity.Chain))
		w.write(o.people["agency_admin"], func(tx *store.Tx) error {
			b, err := documents.BindCertificate(w.t.Context(), tx, documents.CertificateForm{Owner: c.owner, OwnerID: c.id, DER: c.identity.Certificate.Raw, KeyName: c.key, Method: documents.MethodServerKey})
			if err == nil {
				o.certificate = b.ID
			}
			return err
		})
	}
}

// furnish gives an office documents in every state, a parcel nobody can open, registers and a message.
func (w *rightsTown) furnish(o *rightsOffice) {
	w.t.Helper()
	for _, state := range []string{"arrived", "registered", "submitted", "assigned", "in_progress", "done", "refused"} {
		o.incoming[state] = w.incoming(o, state)
	}
	for _, state := range []string{"draft", "in_review", "awaiting_signature", "signed", "numbered", "sealed", "issued", "cancelled"} {
		o.outgoing[state] = w.outgoing(o, state)
	}
	ctx := w.t.Context()
	for key, ref := range map[string]string{"incoming": documents.IncomingRef(o.incoming["registered"]), "outgoing": documents.OutgoingRef(o.outgoing["issued"]), "draft": documents.OutgoingRef(o.outgoing["draft"])} {
		files, err := documents.Files(ctx, w.db, o.people["clerk"], ref)
		if key == "draft" {
			files, err = documents.Files(ctx, w.db, o.people["specialist"], ref)
		}
		w.must(err)
		if len(files) == 0 {
			w.t.Fatalf("%s has no files", ref)
		}
		o.files[key] = files[len(files)-1].ID
		if key == "outgoing" {
			o.preserved = files[0].ID
		}
	}
	w.asks(o)
	w.rights(o)
	w.signings(o)
	storetest.Drain(w.t, w.db, documents.Preserver, w.desk.HearPreserve)
	stamps, err := documents.Stamps(ctx, w.db, o.people["clerk"], o.outgoing["signed"])
	w.must(err)
	o.stamp = stamps[0].ID
	for key, direction := range map[string]string{"incoming": documents.IncomingBook, "outgoing": documents.OutgoingBook} {
		books, err := documents.ListRegisters(ctx, w.db, o.people["clerk"], direction, rightsMonday.Year())
		w.must(err)
		o.registers[key] = books[0].ID
	}
	w.books(o)
	w.pictures(o)
	w.dossiers(o)
	w.write(o.people["head"], func(tx *store.Tx) error {
		x, err := documents.Assign(ctx, tx, documents.AssignForm{Subject: "soạn thảo của " + o.word, Wanted: "Yêu cầu của " + o.word, Lead: documents.Target{Unit: int64(o.unit)}})
		if err == nil {
			o.assignment = x.ID
		}
		return err
	})
	w.write(o.people["specialist"], func(tx *store.Tx) error {
		q, err := documents.AskOpinions(ctx, tx, o.outgoing["in_review"], documents.OpinionForm{Question: "Câu hỏi của " + o.word, Whom: []documents.Target{{Post: o.people["leader"].Holding}}})
		if err == nil {
			o.asking, o.opinion = q.ID, q.Opinions[0].ID
		}
		return err
	})
	way, err := documents.Approvals(ctx, w.db, o.people["specialist"], o.outgoing["in_review"])
	w.must(err)
	o.step = way[0].ID
	w.write(o.people["unit_head"], func(tx *store.Tx) (err error) {
		o.comment, err = documents.AddComment(ctx, tx, o.outgoing["in_review"], documents.CommentForm{Page: 1, Words: "Góp ý của " + o.word})
		return err
	})
	w.travel(o)
}

// books fills what the registry keeps by hand: a held number, a secret one, a posting, a kept copy in use.
func (w *rightsTown) books(o *rightsOffice) {
	w.t.Helper()
	ctx := w.t.Context()
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		v, err := documents.Reserve(ctx, tx, documents.ReserveForm{Reason: "Quyết định ký chiều nay"})
		if err != nil {
			return err
		}
		s, err := documents.EnterSecret(ctx, tx, documents.SecretForm{Direction: documents.IncomingBook, Party: "Công an " + o.word, Secrecy: documents.Secret})
		if err != nil {
			return err
		}
		p, err := documents.Post(ctx, tx, documents.PostingForm{Code: "01/" + o.word, Receiver: "Sở Tư pháp", Envelopes: 1})
		if err != nil {
			return err
		}
		u, err := documents.LendCopy(ctx, tx, documents.CopyUseForm{UserName: "Người dùng " + o.word, Code: "02/" + o.word, About: "Quyết định", AllowedBy: "Chánh Văn phòng"})
		if err == nil {
			o.reservation, o.secret, o.posting, o.copyUse = v.ID, s.ID, p.ID, u.ID
		}
		return err
	})
}

// signings lets the head order a batch, and one signature by a SIM that he had for a moment.
func (w *rightsTown) signings(o *rightsOffice) {
	w.t.Helper()
	ctx, head := w.t.Context(), o.people["head"]
	sim, err := w.authority.Person("Head "+o.word, "Giám đốc", "Cơ quan "+o.code, keys.Period{From: rightsMonday.AddDate(0, -1, 0), Until: rightsMonday.AddDate(3, 0, 0)})
	w.must(err)
	w.write(o.people["agency_admin"], func(tx *store.Tx) error {
		_, err := documents.BindCertificate(ctx, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: head.Person, DER: sim.Certificate.Raw, Method: documents.MethodSIM})
		return err
	})
	s, err := documents.PrepareSigning(ctx, w.desk, head, o.outgoing["awaiting_signature"], documents.SigningForm{Purpose: documents.PurposeApprove, Consent: true, Address: "10.0.0.7"})
	w.must(err)
	o.signing = s.ID
	w.bindKeys(o)
	w.write(head, func(tx *store.Tx) error {
		b, err := documents.StartBatch(ctx, tx, documents.BatchForm{Kind: documents.BatchSign, Picks: []documents.Pick{{ID: o.outgoing["awaiting_signature"]}}, Consent: true})
		if err == nil {
			o.batch = b.ID
		}
		return err
	})
}

// pictures fills the library: a signature and a placing that wait, a seal in service.
func (w *rightsTown) pictures(o *rightsOffice) {
	w.t.Helper()
	ctx := w.t.Context()
	drawn := func(draw func(string) ([]byte, error), mm float64) documents.KeptPicture {
		file, err := draw(o.word)
		w.must(err)
		k, err := documents.KeepPicture(ctx, w.desk, o.people["clerk"], documents.PictureSeal, bytes.NewReader(file), false, mm)
		w.must(err)
		return k
	}
	for name, x := range map[string]struct {
		by   string
		form documents.PictureForm
	}{"seal": {"clerk", documents.PictureForm{Kind: documents.PictureSeal, Kept: drawn(paper.SealImage, 36)}},
		"signature": {"specialist", documents.PictureForm{Kind: documents.PictureSignature, Kept: drawn(paper.SignatureImage, 0)}},
		"placing":   {"clerk", documents.PictureForm{Kind: documents.PicturePlacing, Placing: documents.LawfulPlacing()}}} {
		w.write(o.people[x.by], func(tx *store.Tx) error {
			p, err := documents.ProposePicture(ctx, tx, x.form)
			if err == nil {
				o.pictures[name] = p.ID
			}
			return err
		})
	}
	w.write(o.people["agency_admin"], func(tx *store.Tx) error {
		_, err := documents.ApprovePicture(ctx, tx, o.pictures["seal"])
		return err
	})
}

func (w *rightsTown) incoming(o *rightsOffice, state string) (id int64) {
	w.t.Helper()
	ctx, clerk, head, specialist := w.t.Context(), o.people["clerk"], o.people["head"], o.people["specialist"]
	if state == "refused" {
		return w.refused(o)
	}
	w.write(clerk, func(tx *store.Tx) error {
		d, err := documents.Enter(ctx, tx, documents.EntryForm{SenderName: "Nơi gửi " + o.word, Number: fmt.Sprint(700 + len(o.incoming)), Notation: "BNV-" + o.word, IssuedDate: "2026-11-20", TypeCode: "CONG_VAN",
			Subject: "đến " + state + " của " + o.word, Note: "ghi chú " + o.word})
		if err == nil {
			id = d.ID
		}
		return err
	})
	_, err := documents.AddFile(ctx, w.desk, clerk, documents.IncomingRef(id), "scan-"+o.word+".txt", strings.NewReader("nội dung "+o.word))
	w.must(err)
	if state == "arrived" {
		return id
	}
	w.write(clerk, func(tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, id, documents.RegisterForm{})
		return err
	})
	if state == "registered" {
		return id
	}
	w.write(clerk, func(tx *store.Tx) error {
		return documents.SubmitToLeader(ctx, tx, id, head.Holding, "Kính trình "+o.word)
	})
	if state == "submitted" {
		return id
	}
	w.write(head, func(tx *store.Tx) error {
		_, err := documents.Direct(ctx, tx, id, documents.Direction{Leads: []documents.Target{{Post: specialist.Holding}}, Informed: []documents.Target{{Unit: int64(o.unit)}}, Opinion: "Ý kiến của " + o.word, DueDays: 5})
		return err
	})
	lines, err := documents.Lines(ctx, w.db, head, id)
	w.must(err)
	for _, l := range lines {
		if l.HolderKind == "post" && l.HolderID == specialist.Holding {
			o.lines[state] = l.ID
		}
	}
	line := o.lines[state]
	if state == "assigned" {
		return id
	}
	w.write(specialist, func(tx *store.Tx) error { return documents.Start(ctx, tx, line) })
	if state == "done" {
		w.write(specialist, func(tx *store.Tx) error {
			return documents.Complete(ctx, tx, line, documents.CompleteForm{Result: "Đã làm xong tại " + o.word})
		})
	}
	return id
}

// refused is a document that came over the exchange and was given back: paper cannot be.
func (w *rightsTown) refused(o *rightsOffice) (id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.write(store.System(int64(o.agency)), func(tx *store.Tx) error {
		d, _, err := documents.Arrive(ctx, tx, documents.Arrival{Agency: int64(o.agency), Packet: "axis:" + o.word, SenderCode: "H26.30", SenderName: "Sở Tài chính", DocumentID: "H26.30,2026/11/20,9/STC-" + o.word,
			Number: "9", Notation: "STC-" + o.word, IssuedDate: "2026-11-20", TypeName: "công văn", Subject: "đến nhầm " + o.word, SignerName: "Lê Văn A",
			Files: []documents.File{{Name: "nham-" + o.word + ".pdf", SHA: fmt.Sprintf("%064x", int64(o.agency)), Size: 10, Media: "application/pdf", Pages: 1, Main: true, Verdict: documents.VerdictPassed, VerdictReport: "{}"}}})
		if err == nil {
			id = d.ID
		}
		return err
	})
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		return documents.Refuse(ctx, tx, id, documents.WrongAddressee, "Lý do từ chối của "+o.word)
	})
	return id
}

func (w *rightsTown) outgoing(o *rightsOffice, state string) (id int64) {
	w.t.Helper()
	ctx, clerk, head, specialist := w.t.Context(), o.people["clerk"], o.people["head"], o.people["specialist"]
	w.write(specialist, func(tx *store.Tx) error {
		d, err := documents.Draft(ctx, tx, documents.DraftForm{TypeCode: "CONG_VAN", Subject: "đi " + state + " của " + o.word, Addressees: []string{"Sở Tài chính"}, Body: "Nội dung của " + o.word + ".\nTrân trọng./.",
			Receivers: []documents.ReceiverForm{{Agency: w.outside, Role: documents.ForAction}}, Signer: org.HoldingID(head.Holding), KeptCopies: 1})
		if err == nil {
			id = d.ID
		}
		return err
	})
	_, err := documents.AddFile(ctx, w.desk, specialist, documents.OutgoingRef(id), "kem-"+o.word+".txt", strings.NewReader("phụ lục "+o.word))
	w.must(err)
	_, err = documents.Lay(ctx, w.desk, specialist, id)
	w.must(err)
	steps := []struct {
		to string
		do func() error
	}{{"draft", func() error { return nil }},
		{"in_review", func() error {
			return w.db.Write(ctx, specialist, func(tx *store.Tx) error {
				return documents.Submit(ctx, tx, id, org.HoldingID(o.people["unit_head"].Holding), "Kính trình "+o.word)
			})
		}},
		{"awaiting_signature", func() error {
			return w.db.Write(ctx, o.people["unit_head"], func(tx *store.Tx) error { return documents.Approve(ctx, tx, id, "Đồng ý "+o.word, 0) })
		}},
		{"signed", func() error {
			if state == "signed" {
				w.desk.Stamper = silentAuthority{}
				defer func() { w.desk.Stamper = nil }()
			}
			_, err := documents.Sign(ctx, w.desk, head, id, "", true)
			return err
		}},
		{"numbered", func() error {
			return w.db.Write(ctx, clerk, func(tx *store.Tx) error { _, err := documents.Number(ctx, tx, id, documents.NumberForm{}); return err })
		}},
		{"sealed", func() error { _, err := documents.Seal(ctx, w.desk, clerk, id); return err }},
		{"issued", func() error {
			return w.db.Write(ctx, clerk, func(tx *store.Tx) error { _, err := documents.Issue(ctx, tx, id); return err })
		}}}
	if state == "cancelled" {
		w.write(specialist, func(tx *store.Tx) error { return documents.Cancel(ctx, tx, id, "Hủy dự thảo của "+o.word) })
		return id
	}
	for _, s := range steps {
		w.must(s.do())
		if s.to == state {
			break
		}
	}
	return id
}

// silentAuthority is a time-stamp authority that never answers.
type silentAuthority struct{}

func (silentAuthority) Stamp(context.Context, []byte, crypto.Hash) ([]byte, error) {
	return nil, errors.New("no answer")
}

// travel lets exchange and bell work until the office has a delivery, a parcel apart and a message.
func (w *rightsTown) travel(o *rightsOffice) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	ax, err := axis.Open(ctx, axis.Config{Node: "mot", StoreDir: w.t.TempDir(), Agencies: []string{w.own.code, w.foreign.code, "H26.30"}, Window: 300 * time.Millisecond})
	w.must(err)
	office := &exchange.Office{DB: w.db, Blobs: w.desk.Blobs, Keys: w.desk.Keys, Trust: w.desk.Trust, Axis: ax, SpoolDir: w.t.TempDir()}
	w.must(ax.Send(ctx, axis.Parcel{ID: "hong/" + o.word, From: "H26.30", To: o.code, Kind: "edoc", Body: []byte("không phải gói tin " + o.word)})) // before the office says whom it hosts: a stranger is not among them
	var running sync.WaitGroup
	running.Go(func() { office.Run(ctx, func(err error) { w.t.Logf("exchange: %v", err) }) })
	running.Go(func() { notify.Follow(ctx, w.db, func(err error) { w.t.Logf("bell: %v", err) }) })
	defer func() {
		stop()
		running.Wait()
		ax.Close()
		w.must(w.db.CatchUp(w.t.Context(), "notify", time.Minute, notify.Tell)) // the bell has told everything: what it says later is another's doing
	}()
	for range 2400 {
		d, err := exchange.Deliveries(ctx, w.db, o.people["clerk"], o.outgoing["issued"])
		w.must(err)
		q, err := exchange.QuarantineList(ctx, w.db, o.people["clerk"], "", 0, 10)
		w.must(err)
		m, err := notify.Messages(ctx, w.db, o.people["head"].Person, 0, 10)
		w.must(err)
		if len(d) == 1 && d[0].State == exchange.OnExchange && len(q) == 1 && len(m) > 0 {
			o.deliveries["issued"], o.quarantine, o.message = d[0].ID, q[0].ID, m[0].ID
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatal("nothing arrives")
}

const frozenWord = "the journal is frozen"

// freeze lets every act fail where it says what it did, at the very end: an act that reaches the journal was allowed, and nothing changes.
func (w *rightsTown) freeze() {
	w.t.Helper()
	var statements []string
	driver, address := "sqlite", "file:"+filepath.Join(w.config.Dir, "congvu.db")+"?_pragma=busy_timeout(10000)"
	if w.config.URL != "" {
		driver, address = "pgx", w.config.URL
		statements = []string{`CREATE FUNCTION freeze() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '` + frozenWord + `'; END $$`,
			`CREATE TRIGGER frozen BEFORE INSERT ON store_journal FOR EACH ROW EXECUTE FUNCTION freeze()`}
	} else {
		statements = []string{`CREATE TRIGGER frozen BEFORE INSERT ON store_journal BEGIN SELECT RAISE(ABORT, '` + frozenWord + `'); END`}
	}
	db, err := sql.Open(driver, address)
	w.must(err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.ExecContext(w.t.Context(), s)
		w.must(err)
	}
}

// flood gives an office n documents of each of several states beside those it has, and their entries in the index: what belongs to others is many.
func (w *rightsTown) flood(o *rightsOffice, n int) {
	w.t.Helper()
	ctx := w.t.Context()
	first := int64(1_000_000)
	for _, state := range []string{"submitted", "assigned", "done"} {
		d, err := documents.FindIncoming(ctx, w.db, o.people["clerk"], o.incoming[state])
		w.must(err)
		w.must(w.db.Keep(ctx, func(tx *store.Tx) error { return documents.Multiply(ctx, tx, d, int64(o.agency), first, n) }))
		first += int64(n)
	}
	for _, state := range []string{"draft", "in_review", "issued"} {
		d, err := documents.FindOutgoing(ctx, w.db, o.people["specialist"], o.outgoing[state])
		w.must(err)
		w.must(w.db.Keep(ctx, func(tx *store.Tx) error { return documents.MultiplyOutgoing(ctx, tx, d, first, n) }))
		first += int64(n)
	}
	dice, entries := rand.New(rand.NewPCG(1, 2)), make([]search.Entry, 0, 2*n)
	for i := range 2 * n {
		e := syntheticEntry(dice, int64(2_000_000+i), int64(o.agency))
		e.Fields["subject"] += " " + o.word
		entries = append(entries, e)
	}
	w.must(newIndex(w.db).Load(ctx, entries))
	w.must(w.db.Tidy(ctx))
	for _, tab := range []string{documents.InTabAll, documents.InTabDone} {
		page, err := documents.Inbox(ctx, w.db, o.people["clerk"], documents.InFilter{Tab: tab})
		w.must(err)
		if !slices.ContainsFunc(page.Tabs, func(t documents.Tab) bool { return t.Code == tab && (t.More || t.Count >= n) }) {
			w.t.Fatalf("%s: %+v", tab, page.Tabs)
		}
	}
}

// journalLength counts what was ever recorded.
func (w *rightsTown) journalLength() (n int64) {
	w.t.Helper()
	driver, address := "sqlite", "file:"+filepath.Join(w.config.Dir, "congvu.db")+"?_pragma=busy_timeout(10000)"
	if w.config.URL != "" {
		driver, address = "pgx", w.config.URL
	}
	db, err := sql.Open(driver, address)
	w.must(err)
	defer db.Close()
	w.must(db.QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM store_journal`).Scan(&n))
	return n
}

// frozenLog hears whether an internal error was the frozen journal; any other is a defect.
type frozenLog struct {
	mu     sync.Mutex
	frozen int
	other  []string
}

func (l *frozenLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch line := string(b); {
	case strings.Contains(line, frozenWord):
		l.frozen++
	case strings.Contains(line, "level=ERROR"):
		l.other = append(l.other, line)
	}
	return len(b), nil
}

// take gives what was heard since the last time.
func (l *frozenLog) take() (frozen bool, other []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	frozen, other = l.frozen > 0, l.other
	l.frozen, l.other = 0, nil
	return frozen, other
}

func (l *frozenLog) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// rights gives a right to a document, asks for another, and orders a freeze of the cancelled draft.
func (w *rightsTown) rights(o *rightsOffice) {
	w.t.Helper()
	ctx, ref := w.t.Context(), documents.IncomingRef(o.incoming["done"])
	const why = "Phục vụ phép thử về quyền"
	w.must(w.db.Write(ctx, o.people["clerk"], func(tx *store.Tx) error {
		g, err := documents.GrantTo(ctx, tx, documents.GrantForm{Ref: ref, WhoKind: documents.GrantPost, WhoID: o.people["clerk"].Holding, Reason: why})
		if err == nil {
			o.grant = g.ID
		}
		return err
	}))
	w.must(w.db.Write(ctx, o.people["specialist"], func(tx *store.Tx) error {
		q, err := documents.AskAccess(ctx, tx, documents.RequestForm{Words: "999/KHONG-CO", Reason: why})
		if err == nil {
			o.request = q.ID
		}
		return err
	}))
	w.must(w.db.Write(ctx, o.people["head"], func(tx *store.Tx) error {
		f, err := documents.Freeze(ctx, tx, documents.FreezeForm{Number: "1/LĐ", On: "2026-11-23", Reason: why, Words: []string{documents.OutgoingRef(o.outgoing["cancelled"])}})
		if err == nil {
			o.freeze = f.ID
		}
		return err
	}))
	open, err := documents.OpenRightChanges(ctx, w.db, o.people["clerk"], 0, 1)
	w.must(err)
	o.change = open[0].ID
}

// direction gives the office a routing rule, a shared group, a clerk's text and somebody who stands in for the leader.
func (w *rightsTown) direction(o *rightsOffice) {
	ctx := context.Background()
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		rule, err := documents.SaveRule(ctx, tx, documents.RuleForm{Name: "Quy tắc " + o.word, Words: o.word, Leader: o.people["head"].Holding})
		if err != nil {
			return err
		}
		template, err := documents.SaveTemplate(ctx, tx, documents.TemplateForm{TypeCode: "CONG_VAN", Name: "Mẫu " + o.word, Content: documents.TemplateContent{Subject: o.word, Body: o.word}})
		if err != nil {
			return err
		}
		o.template = template.ID
		group, err := documents.SaveGroup(ctx, tx, documents.GroupForm{Shared: true, Kind: documents.GroupInside, Name: "Nhóm " + o.word, Members: []documents.Member{{Unit: int64(o.unit)}}})
		if err != nil {
			return err
		}
		phrase, err := documents.SavePhrase(ctx, tx, "Ý kiến "+o.word)
		if err == nil {
			o.rule, o.group, o.phrase = rule.ID, group.ID, phrase.ID
		}
		return err
	})
	w.write(o.people["agency_admin"], func(tx *store.Tx) error {
		s, err := org.SetStandIn(ctx, tx, org.StandInForm{Kind: org.StandInAssistant, Principal: org.HoldingID(o.people["leader"].Holding), Deputy: org.HoldingID(o.people["assistant"].Holding),
			Scope: org.ScopeDirect, Reason: "Phân công " + o.word})
		if err == nil {
			o.standin = s.ID
		}
		return err
	})
}

// asks lets the specialist ask for more time and keep two searches, and the registry make a certified copy.
func (w *rightsTown) asks(o *rightsOffice) {
	w.t.Helper()
	ctx, specialist := w.t.Context(), o.people["specialist"]
	w.write(specialist, func(tx *store.Tx) error {
		x, err := documents.AskExtension(ctx, tx, o.lines["assigned"], "2026-12-15", "Cần thêm ý kiến của "+o.word)
		if err == nil {
			o.extension = x.ID
		}
		return err
	})
	for _, id := range []*int64{&o.saved, &o.forgotten, &o.dropped} {
		var err error
		*id, err = search.Save(ctx, w.db, specialist, "Tìm kiếm của "+o.word, "q="+o.word, false)
		w.must(err)
	}
	y, err := documents.MakeCopy(ctx, w.desk, o.people["clerk"], documents.CopyForm{Source: documents.OutgoingRef(o.outgoing["issued"]), Kind: documents.CopyTrue, Signer: org.HoldingID(o.people["head"].Holding),
		Receivers: []string{"Người nhận của " + o.word}, Quantity: 1})
	w.must(err)
	o.copy = y.ID
}

// reorganisation lets the administrator of the system draft a decision; it is the city's, no agency's.
func (w *rightsTown) reorganisation(o *rightsOffice) {
	w.t.Helper()
	w.write(o.people["system_admin"], func(tx *store.Tx) error {
		x, err := org.DraftReorganisation(w.t.Context(), tx, org.ReorganisationForm{Title: "Sắp xếp theo " + o.word, Reference: "Nghị quyết của " + o.word, DecidedOn: "2026-11-20", Effective: "2027-01-01"})
		o.reorganised = int64(x.ID)
		return err
	})
}
