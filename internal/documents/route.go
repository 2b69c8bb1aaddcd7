package documents

import "congvu/internal/store"

// State is where an outgoing document stands on its way (D8.10).
type State string

// The states.
const (
	Drafted           State = "draft"
	InReview          State = "in_review"
	Returned          State = "returned"
	AwaitingSignature State = "awaiting_signature"
	Signed            State = "signed"
	Numbered          State = "numbered"
	Sealed            State = "sealed"
	Issued            State = "issued"
	Cancelled         State = "cancelled"
)

var stateLabels = map[State]string{
	Drafted: "Dự thảo", InReview: "Đang xem xét", Returned: "Đã trả lại", AwaitingSignature: "Chờ ký", Signed: "Đã ký, chờ cấp số",
	Numbered: "Đã cấp số", Sealed: "Đã ký số cơ quan", Issued: "Đã ban hành", Cancelled: "Đã hủy",
}

// Label is the state in Vietnamese, a key of i18n.
func (s State) Label() string { return stateLabels[s] }

// Act is what somebody may do with a document; its text is the stable code of buttons, API and history.
type Act string

// The acts on an outgoing document.
const (
	ActRevise    Act = "revise"
	ActLay       Act = "lay_out"
	ActUpload    Act = "upload"
	ActAttach    Act = "attach"
	ActDetach    Act = "detach"
	ActSubmit    Act = "submit"
	ActOpine     Act = "opine"
	ActReturn    Act = "return"
	ActApprove   Act = "approve"
	ActAskSigner Act = "ask_signer"
	ActSign      Act = "sign"
	ActNumber    Act = "number"
	ActSeal      Act = "seal"
	ActIssue     Act = "issue"
	ActRelease   Act = "release"
	ActCancel    Act = "cancel"
	actDraft     Act = "draft" // history only: the document begins
)

// Who may do an act.
type who string

const (
	drafter who = "drafter"   // who drafted it
	holder  who = "holder"    // the post whose turn it is
	signer  who = "signer"    // the post that is to sign, in person (S1.4)
	clerk   who = "clerk"     // the registry, in person (D9.3)
	anybody who = "colleague" // everybody on the route, the head of the unit, leaders
)

// arrow is one line of the table. Next "" keeps the state.
type arrow struct {
	state State
	act   Act
	next  State
	who   who
}

// route is the whole way of an outgoing document (house law 11): the checks, the buttons, the tests and the documentation read it.
var route = []arrow{
	{Drafted, ActRevise, "", drafter},
	{Drafted, ActLay, "", drafter},
	{Drafted, ActUpload, "", drafter},
	{Drafted, ActAttach, "", drafter},
	{Drafted, ActDetach, "", drafter},
	{Drafted, ActSubmit, InReview, drafter},
	{Drafted, ActCancel, Cancelled, drafter},

	{InReview, ActRevise, "", holder}, // the competent person edits the draft himself (V13)
	{InReview, ActLay, "", holder},
	{InReview, ActUpload, "", holder},
	{InReview, ActAttach, "", holder},
	{InReview, ActDetach, "", holder},
	{InReview, ActOpine, "", anybody},
	{InReview, ActReturn, Returned, holder},
	{InReview, ActAskSigner, "", holder},
	{InReview, ActApprove, AwaitingSignature, holder}, // or stays, when another person on the route is named

	{Returned, ActRevise, "", drafter},
	{Returned, ActLay, "", drafter},
	{Returned, ActUpload, "", drafter},
	{Returned, ActAttach, "", drafter},
	{Returned, ActDetach, "", drafter},
	{Returned, ActSubmit, InReview, drafter},
	{Returned, ActCancel, Cancelled, drafter},

	{AwaitingSignature, ActRevise, Drafted, drafter}, // a change after approval starts the approval again (D8.4)
	{AwaitingSignature, ActOpine, "", anybody},
	{AwaitingSignature, ActReturn, Returned, signer},
	{AwaitingSignature, ActAskSigner, InReview, signer},
	{AwaitingSignature, ActSign, Signed, signer},

	{Signed, ActReturn, Returned, clerk}, // the registry refuses to number it; the signature is void with the version it stands on
	{Signed, ActNumber, Numbered, clerk},
	{Signed, ActRelease, Issued, clerk},
	{Signed, ActCancel, Cancelled, clerk},

	{Numbered, ActSeal, Sealed, clerk},
	{Numbered, ActRelease, Issued, clerk},
	{Numbered, ActCancel, Cancelled, clerk}, // the number stays in the register as void (D7.10)

	{Sealed, ActIssue, Issued, clerk},
	{Sealed, ActRelease, Issued, clerk},
	{Sealed, ActCancel, Cancelled, clerk},
}

// may tells whether the actor is the one the table names. Seeing the document was checked before.
func (o *Outgoing) may(a store.Actor, w who) bool {
	switch w {
	case drafter:
		return a.Person == o.DrafterID && a.Person != 0
	case holder:
		return a.Holding == o.HolderHolding && a.Holding != 0
	case signer:
		return a.Holding == o.SignerHolding && a.Person == o.SignerPerson && a.Holding != 0 && a.For == 0
	case clerk:
		return KeepsRegisters(a)
	case anybody:
		return a.Person != 0
	}
	return false
}

// allow finds the arrow of an act: Conflict when the state does not have it, Forbidden when it is another person's.
func (o *Outgoing) allow(a store.Actor, act Act) (arrow, error) {
	for _, r := range route {
		if r.state != o.State || r.act != act {
			continue
		}
		if !o.may(a, r.who) {
			return r, store.Refuse(store.Forbidden, "Việc này thuộc trách nhiệm của người khác ở bước hiện tại. Văn bản được giữ nguyên.")
		}
		return r, nil
	}
	return arrow{}, store.Refuse(store.Conflict, "Văn bản đang ở trạng thái “{state}” nên không thực hiện được việc này. Văn bản được giữ nguyên; hãy tải lại trang.",
		"state", o.State.Label())
}

// acts lists what the actor may do now, in the order of the table.
func (o *Outgoing) acts(a store.Actor) []Act {
	out := []Act{}
	for _, r := range route {
		if r.state == o.State && o.may(a, r.who) {
			out = append(out, r.act)
		}
	}
	return out
}
