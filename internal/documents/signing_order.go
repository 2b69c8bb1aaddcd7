package documents

import (
	"context"
	"errors"

	"congvu/internal/i18n"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// signature is one signing act with everything checked and read: only the values over its sheets are missing. The server's keys make them
// at once (signHere); devices make them later (signings).
type signature struct {
	d      *Desk
	a      store.Actor
	o      *Outgoing // as it was read
	act    Act       // sign or seal
	pen    *pen
	files  []File // of the document as they were read: what was signed must still be there when it is kept
	sheets []sheet
}

// sheet is one file that is to be signed, and how.
type sheet struct {
	file    File
	request pades.Request
}

// penTaker finds the bound certificate of an owner: with its key on the server, or without on a device.
type penTaker func(ctx context.Context, agency int64, owner string, id int64, name string, sample func(string) ([]byte, error)) (*pen, error)

// name is the certificate's as people know it.
func (p *pen) name() string { return p.cert.Subject.CommonName }

// signHere signs every sheet with the server's key, outside of a transaction, and keeps them. also runs in the transaction that keeps them.
func (w *signature) signHere(ctx context.Context, also func(tx *store.Tx) error) (*Outgoing, error) {
	signed := make([]File, 0, len(w.sheets))
	for _, s := range w.sheets {
		f, err := w.d.signFile(ctx, s.file, s.request)
		if err != nil {
			return nil, w.failed(ctx, err)
		}
		signed = append(signed, f)
	}
	return w.keep(ctx, signed, also)
}

// keep moves the document with its signed files in one transaction, if it and they are still those that were signed (S10.1, S10.2).
func (w *signature) keep(ctx context.Context, signed []File, also func(tx *store.Tx) error) (*Outgoing, error) {
	var out *Outgoing
	err := w.d.write(ctx, w.a, func(tx *store.Tx) (err error) {
		if w.act == ActSign {
			out, err = w.keepSigned(ctx, tx, signed)
		} else {
			out, err = w.keepSealed(ctx, tx, signed)
		}
		if err == nil && also != nil {
			err = also(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// failed notes an attempt to sign that came to nothing, with its method and reason (S10.6), and gives the refusal back.
func (w *signature) failed(ctx context.Context, cause error) error {
	if w == nil {
		return cause
	}
	method := MethodServerKey
	if w.pen != nil {
		method = w.pen.bound.Method
	}
	err := w.d.write(ctx, w.a, func(tx *store.Tx) error { return w.o.noteFailure(ctx, tx, cause, map[string]string{"method": method}) })
	if err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// noteFailure writes a failed attempt into history and journal, with its method and what else is known of it (S10.6).
func (o *Outgoing) noteFailure(ctx context.Context, tx *store.Tx, cause error, data map[string]string) error {
	reason := i18n.T(i18n.VI, reasonOf(cause).Text, reasonOf(cause).Args)
	data["reason"] = reason
	if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "sign_failed", What: store.Say("Ký số không thành công: {reason}", "reason", reason), Version: o.Version}); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.sign_failed", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: data})
}

// record is what the journal keeps of a signature: method and certificate (S9.7).
func (p *pen) record() map[string]string {
	return map[string]string{"method": p.bound.Method, "certificate": p.bound.Fingerprint}
}

// says picks the sentence of the history by where the key is.
func (p *pen) says(here, onOwnDevice store.Message) store.Message {
	if onDevice(p.bound.Method) {
		return onOwnDevice
	}
	return here
}
