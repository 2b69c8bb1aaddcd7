package main

import (
	"strings"

	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/store"
)

// dossierThings are an office's own list, dossiers, deposit and request, by the word of their address.
type dossierThings struct{ list, entry, open, item, share, accepted, deposit, request int64 }

// dossiers furnishes an office with a list of dossiers, an open dossier, one that the archive has and a request for it.
func (w *rightsTown) dossiers(o *rightsOffice) {
	w.t.Helper()
	ctx, d := w.t.Context(), &o.dossiers
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		l, err := dossiers.DraftList(ctx, tx, rightsMonday.Year(), dossiers.NumberByList, 0)
		if err != nil {
			return err
		}
		d.list = l.ID
		heading, err := dossiers.AddHeading(ctx, tx, l.ID, 0, "Đề mục của "+o.word, "DM")
		if err == nil {
			d.entry, err = dossiers.AddEntry(ctx, tx, l.ID, dossiers.EntryForm{Heading: heading, Title: "Hồ sơ của " + o.word, Retention: dossiers.Retention{Period: "05"}})
		}
		return err
	})
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		for _, into := range []*int64{&d.open, &d.accepted} {
			x, err := dossiers.OpenDossier(ctx, tx, dossiers.OpenForm{Title: "Việc của " + o.word, Retention: dossiers.Retention{Period: "06"}})
			if err != nil {
				return err
			}
			*into = x.ID
			if _, err := dossiers.Add(ctx, tx, x.ID, documents.IncomingRef(o.incoming["done"]), ""); err != nil {
				return err
			}
		}
		return dossiers.Close(ctx, tx, d.accepted, dossiers.CloseForm{Accept: true})
	})
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		return dossiers.ShareWith(ctx, tx, d.open, o.people["assistant"].Holding, 0, "read", "Mục đích của "+o.word, "")
	})
	shares, err := dossiers.Shares(ctx, w.db, o.people["clerk"], d.open)
	w.must(err)
	d.share = shares[0].ID
	items, err := dossiers.Items(ctx, w.db, o.people["clerk"], d.open)
	w.must(err)
	d.item = items[0].ID
	w.write(o.people["clerk"], func(tx *store.Tx) error {
		p, err := dossiers.Submit(ctx, tx, dossiers.DepositForm{Dossiers: []int64{d.accepted}, Subject: "Tài liệu của " + o.word})
		if err == nil {
			d.deposit = p.ID
		}
		return err
	})
	_, err = dossiers.Check(ctx, w.desk, o.people["archivist"], d.deposit)
	w.must(err)
	w.write(o.people["archivist"], func(tx *store.Tx) error {
		return dossiers.Answer(ctx, tx, d.deposit, dossiers.AnswerForm{Accept: true})
	})
	kept, err := dossiers.FindDossier(ctx, w.db, o.people["archivist"], d.accepted)
	w.must(err)
	w.write(o.people["specialist"], func(tx *store.Tx) error {
		return dossiers.AskByCode(ctx, tx, kept.Code, kept.Year, "Mục đích của "+o.word)
	})
	asked, err := dossiers.Requests(ctx, w.db, o.people["archivist"])
	w.must(err)
	d.request = asked[0].ID
}

// dossierCases fills the addresses of this room's things; none for an address of another.
func (o *rightsOffice) dossierCases(local, path string) []rightsCase {
	d := o.dossiers
	both := func(path string) []rightsCase {
		return []rightsCase{{"accepted", filled(path, d.accepted, d.accepted)}, {"open", filled(path, d.open, d.open)}}
	}
	each := func(part string, words ...string) (out []rightsCase) {
		for _, word := range words {
			for _, c := range both(strings.Replace(path, part, word, 1)) {
				out = append(out, rightsCase{c.name + " " + word, c.path})
			}
		}
		return out
	}
	switch {
	case strings.HasPrefix(local, "/dossier-lists/{id}/export/"):
		return []rightsCase{{"pdf", filled(strings.Replace(path, "{form}", "pdf", 1), d.list)}, {"xlsx", filled(strings.Replace(path, "{form}", "xlsx", 1), d.list)}}
	case strings.HasPrefix(local, "/deposits/{id}/print/"):
		return []rightsCase{{"list", filled(strings.Replace(path, "{what}", "list", 1), d.deposit)}, {"record", filled(strings.Replace(path, "{what}", "record", 1), d.deposit)}}
	case strings.HasPrefix(local, "/dossier-lists/{id}/entries/"):
		return []rightsCase{{"", filled(path, d.list, d.entry)}}
	case strings.HasPrefix(local, "/dossier-lists/{id}"):
		return []rightsCase{{"", filled(path, d.list)}}
	case strings.HasPrefix(local, "/deposits/{id}"):
		return []rightsCase{{"", filled(path, d.deposit)}}
	case strings.HasPrefix(local, "/dossier-requests/{id}"):
		return []rightsCase{{"", filled(path, d.request)}}
	case strings.HasPrefix(local, "/dossiers/{id}/print/"):
		return each("{what}", "contents", "cover", "closing")
	case strings.HasPrefix(local, "/dossiers/{id}/export/"):
		return each("{form}", "pdf", "xml", "zip", "sip")
	case strings.HasPrefix(local, "/dossiers/{id}/items/"):
		return []rightsCase{{"open", filled(path, d.open, d.item, 0)}}
	case strings.HasPrefix(local, "/dossiers/{id}/shares/"):
		return []rightsCase{{"open", filled(path, d.open, d.share)}}
	case strings.HasPrefix(local, "/dossiers/{id}"):
		return both(path)
	}
	return nil
}
