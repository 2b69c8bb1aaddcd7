package documents

import (
	"errors"
	"testing"
	"time"

	"congvu/internal/store"
)

// signingActs are what can be done to a signing once it is there; the orderer's own in every open state, nobody's afterwards.
var signingActs = map[string]func(h *house, a store.Actor, s *Signing, c Completion) error{
	SigningDone: func(h *house, a store.Actor, s *Signing, c Completion) error {
		_, err := CompleteSigning(bg, h.Desk, a, s.ID, c)
		return err
	},
	SigningCancelled: func(h *house, a store.Actor, s *Signing, _ Completion) error {
		return h.try(a, func(tx *store.Tx) error { return CancelSigning(bg, tx, s.ID) })
	},
	SigningRefused: func(h *house, a store.Actor, s *Signing, _ Completion) error {
		return h.try(a, func(tx *store.Tx) error { return RefuseSigning(bg, tx, s.ID, "thiết bị bị rút") })
	},
}

// Every state of a signing × every act × every role (law 11): only who ordered it moves it, only while it is open; to all others it does not exist.
func TestEverySigningObeysItsStates(t *testing.T) {
	for _, from := range []string{SigningPrepared, SigningWaiting, SigningDone, SigningRefused, SigningExpired, SigningCancelled, SigningFailed} {
		for to, act := range signingActs {
			h := newHouse(t)
			method := MethodUSBToken
			if from == SigningWaiting {
				method = MethodRemote
			}
			v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", method)
			o := h.at(AwaitingSignature)
			s := h.prepareSigning(o)
			c := v.completion(t, s)
			h.bringTo(from, s, c)
			for _, a := range []store.Actor{h.deputy, h.unitHead, h.drafter, h.colleague, h.outsider, h.clerk, h.admin, h.archivist, h.foreigner, h.foreignClerk} {
				refused(t, act(h, a, s, c), store.NotFound, name(a, h)+" to "+to)
			}
			other := c
			other.Values = []SignatureValue{{Signature: v.value(t, s.Parts[0].ToSign)}}
			err := act(h, h.head, s, other)
			open := from == SigningPrepared || from == SigningWaiting
			if open != (err == nil) || !open && !errors.Is(err, store.Conflict) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			want := from
			if open {
				want = to
			}
			if now, err := FindSigning(bg, h.DB, h.head, s.ID, h.DB.Now()); err != nil || now.State != want {
				t.Errorf("%s to %s: is %s, %v", from, to, now.State, err)
			}
			if signed := h.again(o).State == Signed; signed != (want == SigningDone) {
				t.Errorf("%s to %s: document signed %v", from, to, signed)
			}
		}
	}
}

// bringTo lets a signing that was just prepared come into a state.
func (h *house) bringTo(state string, s *Signing, c Completion) {
	h.t.Helper()
	switch state {
	case SigningPrepared, SigningWaiting:
	case SigningExpired:
		h.clock.Step(time.Hour)
		h.workAll()
	case SigningFailed:
		bad := c
		bad.Values = []SignatureValue{{Signature: []byte("no signature")}}
		refused(h.t, signingActs[SigningDone](h, h.head, s, bad), store.Invalid, "a bad value")
	default:
		must(h.t, signingActs[state](h, h.head, s, c))
	}
}
