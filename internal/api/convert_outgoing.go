package api

import (
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
)

func draftForm(f client.Draft) documents.DraftForm {
	out := documents.DraftForm{TypeCode: f.Type, Form: f.Form, Subject: f.Subject, Authority: f.Authority, Body: f.Body, LegalBases: f.LegalBases,
		Addressees: f.Addressees, Signer: org.HoldingID(f.Signer), Capacity: f.Capacity, Unit: org.UnitID(f.Unit), FieldAbbr: f.FieldAbbr, Register: int64(f.Register),
		Urgency: urgency(f.Urgency), DueDate: calendar.Date(f.DueDate), ReplyTo: int64(f.ReplyTo), KeptCopies: f.KeptCopies, Restricted: f.Restricted, Revision: f.Revision}
	for _, r := range f.Receivers {
		out.Receivers = append(out.Receivers, documents.ReceiverForm{Group: int64(r.Group), Agency: org.AgencyID(r.Agency), Unit: org.UnitID(r.Unit), Name: r.Name, Role: r.Role})
	}
	for _, a := range f.Annexes {
		out.Annexes = append(out.Annexes, documents.Annex{Title: a.Title, Body: a.Body, Landscape: a.Landscape})
	}
	if m := f.Meeting; m != nil {
		out.Meeting = documents.Meeting{Event: m.Event, Chair: m.Chair, Time: m.Time, Place: m.Place}
	}
	return out
}

func outgoingOf(l i18n.Lang, o *documents.Outgoing) client.Outgoing {
	out := client.Outgoing{ID: client.ID(o.ID), State: string(o.State), StateLabel: l.T(o.State.Label()), Revision: o.Revision, Title: o.Title(), Type: o.TypeCode,
		TypeName: o.TypeName, Form: o.Form, Subject: o.Subject, Authority: o.Authority, Body: o.Body, LegalBases: o.LegalBases, Addressees: o.Addressees,
		FieldAbbr: o.FieldAbbr, Urgency: o.Urgency.Slug(), DueDate: string(o.DueDate), ReplyTo: client.ID(o.ReplyTo), KeptCopies: o.KeptCopies,
		Restricted: o.Restricted, Unit: client.ID(o.UnitID), UnitName: o.UnitName, DrafterPost: client.ID(o.DrafterHolding), DrafterName: o.DrafterName,
		HolderPost: client.ID(o.HolderHolding), HolderName: o.HolderName, SignerPost: client.ID(o.SignerHolding), SignerName: o.SignerName,
		Capacity: o.Capacity, CapacityLines: o.CapacityLines, SignerPosition: o.SignerPosition, MainFile: client.ID(o.MainFile), FileCurrent: o.FileIsCurrent(),
		Version: o.Version, Register: client.ID(o.RegisterID), Year: o.Year, Number: o.Number, Notation: o.Notation, NumberText: o.NumberText,
		IssuedDate: string(o.IssuedDate), DocumentID: o.DocumentID, SignedAt: when(o.SignedAt), NumberedAt: when(o.NumberedAt), SealedAt: when(o.SealedAt),
		IssuedAt: when(o.IssuedAt), CreatedAt: o.CreatedAt.Time(), At: o.At.Time()}
	for _, r := range o.Receivers {
		out.Receivers = append(out.Receivers, client.Receiver{Agency: client.ID(r.Agency), Unit: client.ID(r.Unit), Name: r.Name, Role: r.Role})
	}
	for _, a := range o.Annexes {
		out.Annexes = append(out.Annexes, client.Annex{Title: a.Title, Body: a.Body, Landscape: a.Landscape})
	}
	if m := o.Meeting; m != (documents.Meeting{}) {
		out.Meeting = &client.Meeting{Event: m.Event, Chair: m.Chair, Time: m.Time, Place: m.Place}
	}
	return out
}

func outgoingRow(l i18n.Lang, r documents.OutgoingRow) client.OutgoingRow {
	return client.OutgoingRow{ID: client.ID(r.ID), State: string(r.State), StateLabel: l.T(r.State.Label()), Type: r.TypeCode, TypeName: r.TypeName, Subject: r.Subject,
		Urgency: r.Urgency.Slug(), DueDate: string(r.DueDate), UnitName: r.UnitName, DrafterName: r.DrafterName, HolderName: r.HolderName,
		SignerName: r.SignerName, NumberText: r.NumberText, IssuedDate: string(r.IssuedDate), At: r.At.Time()}
}
