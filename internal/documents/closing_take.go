package documents

import (
	"context"
	"fmt"
	"slices"

	"congvu/internal/org"
	"congvu/internal/store"
)

// What a successor's clerk takes over of the registry of an agency that has ended (I8.4, I9.3, I9.4).

func handedFrom(t org.Take) store.Message {
	return store.Say("Tiếp nhận bàn giao từ {agency}.", "agency", t.Old.Name)
}

// takeIncoming enters a document that was not handled to its end in the register of the actor's agency, with its original dates and deadlines. People who
// moved keep their parts. The same document may have come to both agencies: then their parts join the one that is here.
func takeIncoming(ctx context.Context, tx *store.Tx, t org.Take) (string, string, error) {
	a := tx.Actor()
	old, err := Receipt(ctx, tx, int64(t.Old.ID), t.ID)
	if err == nil {
		err = RefuseFrozen(ctx, tx, old.AgencyID, old.Ref())
	}
	if err != nil {
		return "", "", err
	}
	if !contains([]InState{Arrived, Registered, Assigned, InProgress}, old.State) || old.TwinDecision == TwinLink {
		return "", "", store.Refuse(store.Conflict, "Văn bản {code} đang ở trạng thái “{state}” nên không còn gì để tiếp nhận xử lý tiếp. Văn bản được xem ở tài liệu của cơ quan cũ.", "code", old.name(), "state", store.Say(old.State.Label()))
	}
	files, err := filesOf(ctx, tx, old.AgencyID, old.Ref())
	if err != nil {
		return "", "", err
	}
	d := old.anew(tx, t)
	twins, err := d.twins(ctx, tx, contentKey(files))
	if err != nil {
		return "", "", err
	}
	how := org.Taken
	if at := slices.IndexFunc(twins, func(x Twin) bool { return x.State != Refused && x.State != Recalled && x.Decision != TwinLink }); at >= 0 {
		how = org.Joined
		if d, err = Receipt(ctx, tx, a.Agency, twins[at].ID); err != nil {
			return "", "", err
		}
	} else if err := d.insert(ctx, tx, files); err != nil {
		return "", "", err
	}
	what := store.Say("Tiếp nhận bàn giao từ {agency}: văn bản {code}, số đến cũ {number}, hạn {due}.", "agency", t.Old.Name, "code", old.name(), "number", oldNumber(old), "due", orDash(orDue(old.HandleDue, old.DueDate).Display()))
	clerks, err := clerksOf(ctx, tx, a.Agency)
	if err != nil {
		return "", "", err
	}
	if err := d.record(ctx, tx, told{verb: "document.taken_over", notify: without(clerks, a.Person), step: Step{Act: "taken_over", What: what},
		text: store.Say("Văn bản {code} được tiếp nhận bàn giao từ {agency} để xử lý tiếp.", "code", d.name(), "agency", t.Old.Name)}); err != nil {
		return "", "", err
	}
	if how == org.Taken && old.ArrivalNumber > 0 {
		if _, err := d.enter(ctx, tx, t.Register, 0); err != nil {
			return "", "", err
		}
	}
	if d.ArrivalNumber > 0 && d.State != Done && d.TwinDecision != TwinLink {
		if err := carryParts(ctx, tx, t, old, d); err != nil {
			return "", "", err
		}
	}
	return d.Ref(), how, old.handed(ctx, tx, d.Ref())
}

// anew is the document as the new agency receives it: nothing that its sender said is changed.
func (d *Incoming) anew(tx *store.Tx, t org.Take) *Incoming {
	n := *d
	var warnings []store.Message
	_ = decode(d.Warnings, &warnings)
	n.AgencyID, n.ID, n.Revision, n.State, n.Stage, n.Packet = tx.Actor().Agency, tx.NewID(), 0, Arrived, InTabArrivals, ""
	n.ArrivedAt, n.ArrivedDate = tx.Now(), today(tx.Now())
	n.ReplyTo, n.TwinOf, n.TwinDecision, n.ResendOf = 0, 0, TwinUndecided, 0
	n.Register, n.ArrivalYear, n.ArrivalNumber, n.RegisteredAt, n.RegisteredBy = 0, 0, 0, 0, 0
	n.SubmittedTo, n.SubmittedPerson, n.SubmittedAt, n.ReplyOutgoing, n.Result, n.LeadName = 0, 0, 0, 0, "", ""
	n.DueDate, n.HandleDue = orDue(d.HandleDue, d.DueDate), ""
	n.Warnings = store.JSONOf(append(warnings, handedFrom(t), store.Say("Số đến ở cơ quan cũ: {number}, ngày {day}.", "number", oldNumber(d), "day", d.ArrivedDate.Display())))
	return &n
}

func oldNumber(d *Incoming) string {
	if d.ArrivalNumber == 0 {
		return "chưa có"
	}
	return fmt.Sprintf("%d/%d", d.ArrivalNumber, d.ArrivalYear)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// carryParts gives the people who moved with their work the parts they had: a direction by rule, whose words say where it comes from.
func carryParts(ctx context.Context, tx *store.Tx, t org.Take, old, d *Incoming) error {
	parts, err := linesOf(ctx, tx, old.AgencyID, old.ID)
	if err != nil {
		return err
	}
	now, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	led := slices.ContainsFunc(now, func(l Line) bool { return l.Role == Lead && l.running() })
	var dir *Directed
	var notify []int64
	for _, p := range parts {
		if p.HolderKind != "post" || !p.running() {
			continue
		}
		post, err := t.For(p.HolderPerson)
		if err != nil {
			return err
		}
		if post == 0 || slices.ContainsFunc(now, func(l Line) bool { return l.HolderKind == "post" && l.HolderID == post && l.State != LineRecalled }) {
			continue
		}
		h, err := Target{Post: post}.find(ctx, tx, "post")
		if err != nil {
			return err
		}
		if dir == nil {
			if dir, err = d.carriedDirection(ctx, tx, t, old); err != nil {
				return err
			}
		}
		role := p.Role
		if role == Lead && led {
			role = Coordinate
		}
		led = led || role == Lead
		l := wanted{role: role, holder: h}.line(tx, d, dir.ID, 0, p.Note, p.DueDate)
		l.FromPerson, l.FromHolding, l.FromName = p.FromPerson, 0, p.FromName
		if err := l.insert(ctx, tx); err != nil {
			return err
		}
		now = append(now, *l)
		notify = append(notify, h.person)
		if role == Lead {
			d.LeadName = h.name
		}
	}
	if dir == nil {
		return nil
	}
	if d.State == Registered && led {
		d.State = Assigned
		d.HandleDue = orDue(old.HandleDue, old.DueDate)
		d.Stage = d.stageOf(true)
		if err := d.save(ctx, tx); err != nil {
			return err
		}
	}
	return d.tell(ctx, tx, "", told{verb: "document.parts_carried", note: d.LeadName, notify: notify,
		step: Step{Act: "directed", What: store.Say("Người đã chuyển về cơ quan tiếp tục phần việc của mình ở {agency}.", "agency", t.Old.Name)},
		text: store.Say("Ông/Bà tiếp tục xử lý văn bản {code} được bàn giao từ {agency}.", "code", d.name(), "agency", t.Old.Name)})
}

// carriedDirection repeats the last direction of the old agency in words; who took the document over wrote it here.
func (d *Incoming) carriedDirection(ctx context.Context, tx *store.Tx, t org.Take, old *Incoming) (*Directed, error) {
	form := Direction{ByRule: fmt.Sprintf("bàn giao từ %s", t.Old.Name), Due: orDue(old.HandleDue, old.DueDate)}
	was, err := store.All[Directed](ctx, tx, sqlDirections, old.AgencyID, old.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range was {
		if x.ReplacedBy == 0 && x.Opinion != "" {
			form.Opinion = fmt.Sprintf("%s (%s): %s", x.LeaderName, x.LeaderTitle, x.Opinion)
		}
	}
	return d.putDirection(ctx, tx, form)
}

// handed writes into the old record where it is gone on with; nothing else of it changes (I9.6).
func (d *Incoming) handed(ctx context.Context, tx *store.Tx, to string) error {
	return handed(ctx, tx, d.AgencyID, d.Ref(), d.name(), to)
}

func handed(ctx context.Context, tx *store.Tx, agency int64, ref, title, to string) error {
	by, err := org.AgencyAt(ctx, tx, org.AgencyID(tx.Actor().Agency), today(tx.Now()))
	if err != nil {
		return err
	}
	if err := step(ctx, tx, agency, ref, Step{Act: "handed_over", What: store.Say("Bàn giao cho {agency} xử lý tiếp.", "agency", by.Name), Note: to}); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.handed_over", Agency: agency, Ref: ref, Title: title, Data: map[string]any{"to": by.ID, "ref": to}})
}

// takeDraft begins a draft of an agency that has ended anew: text, receivers and attachments are kept; signer, approvals, number and signed files are not
// (I8.4). Its drafter goes on with it where he moved along, else whoever is named.
func takeDraft(ctx context.Context, tx *store.Tx, t org.Take) (string, string, error) {
	old, err := load(ctx, tx, int64(t.Old.ID), t.ID)
	if err == nil {
		err = RefuseFrozen(ctx, tx, old.AgencyID, old.Ref())
	}
	if err != nil {
		return "", "", err
	}
	if old.State == Issued || old.State == Cancelled {
		return "", "", store.Refuse(store.Conflict, "Văn bản {code} đang ở trạng thái “{state}” nên không còn gì để tiếp nhận xử lý tiếp. Văn bản được xem ở tài liệu của cơ quan cũ.", "code", old.Title(), "state", store.Say(old.State.Label()))
	}
	post, err := t.For(old.DrafterID)
	if err == nil && post == 0 {
		post = int64(t.Post)
	}
	if err == nil && post == 0 {
		post = tx.Actor().Holding
	}
	if err != nil {
		return "", "", err
	}
	me, err := colleague(ctx, tx, "post", org.HoldingID(post))
	if err != nil {
		return "", "", err
	}
	o := *old
	o.AgencyID, o.ID, o.State = tx.Actor().Agency, tx.NewID(), Drafted
	o.DrafterID, o.DrafterHolding, o.DrafterName, o.UnitID, o.UnitName = int64(me.PersonID), int64(me.ID), me.PersonName, int64(me.UnitID), me.UnitName
	o.SignerHolding, o.SignerPerson, o.SignerName, o.Capacity, o.CapacityLines, o.SignerPosition, o.DelegationID = 0, 0, "", "", []string{}, "", 0
	o.NumberText, o.ReplyTo = "", 0
	if old.ReplyTo != 0 {
		ref, err := t.As(IncomingRef(old.ReplyTo))
		if err != nil {
			return "", "", err
		}
		if _, id, err := ParseRef(ref); err == nil {
			o.ReplyTo = id
		}
	}
	for i := range o.Receivers { // units of the old agency are names here; who took it over does not write to itself
		if o.Receivers[i].Unit = 0; int64(o.Receivers[i].Agency) == o.AgencyID {
			o.Receivers[i].Agency = 0
		}
	}
	if err := tx.Put(ctx, sqlPutOutgoing, o.AgencyID, o.ID, o.TypeCode, o.TypeName, o.Form, o.Subject, o.Authority, o.Body, store.JSONOf(o.LegalBases), store.JSONOf(o.Addressees), store.JSONOf(o.Annexes),
		store.JSONOf(o.Meeting), o.FieldAbbr, o.Urgency, o.DueDate, o.ReplyTo, o.KeptCopies, o.Restricted, o.UnitID, o.UnitName, o.DrafterID, o.DrafterHolding, o.DrafterName, 0, 0, "", "",
		store.JSONOf(o.CapacityLines), "", 0, tx.Now(), o.searchText()); err != nil {
		return "", "", err
	}
	if err := o.putReceivers(ctx, tx); err != nil {
		return "", "", err
	}
	if err := takePart(ctx, tx, &o, o.DrafterID); err != nil {
		return "", "", err
	}
	if err := o.carryFiles(ctx, tx, old); err != nil {
		return "", "", err
	}
	if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "taken_over", What: store.Say("Tiếp nhận dự thảo bàn giao từ {agency}; soạn, duyệt và ký lại từ đầu.", "agency", t.Old.Name)}); err != nil {
		return "", "", err
	}
	if err := tx.Record(store.Event{Verb: "document.taken_over", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Notify: without([]int64{o.DrafterID}, tx.Actor().Person),
		Text: store.Say("Văn bản {code} được tiếp nhận bàn giao từ {agency} để xử lý tiếp.", "code", o.Title(), "agency", t.Old.Name)}); err != nil {
		return "", "", err
	}
	return o.Ref(), org.Taken, handed(ctx, tx, old.AgencyID, old.Ref(), old.Title(), o.Ref())
}

// carryFiles takes the attachments along; a main file that somebody uploaded is carried as an attachment too, to be uploaded again when it still fits.
func (o *Outgoing) carryFiles(ctx context.Context, tx *store.Tx, old *Outgoing) error {
	files, err := filesOf(ctx, tx, old.AgencyID, old.Ref())
	if err != nil {
		return err
	}
	kind, _, err := store.Maybe[string](ctx, tx, sqlMainKind, old.AgencyID, old.Ref())
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Main && kind != versionUploaded || f.Verdict == VerdictPassed || f.Verdict == VerdictIndeterminate {
			continue // laid out by the old agency, or signed in its name
		}
		f.Main, f.Ordinal = false, f.Ordinal+1
		if _, err := putFile(ctx, tx, o.AgencyID, o.Ref(), f); err != nil {
			return err
		}
	}
	return nil
}
