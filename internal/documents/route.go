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

// Reason lets a sentence name the state in the reader's language.
func (s State) Reason() (string, map[string]any) { return s.Label(), nil }

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
	ActWithdraw  Act = "withdraw"
	ActApprove   Act = "approve"
	ActAskSigner Act = "ask_signer"
	ActSign      Act = "sign"
	ActNumber    Act = "number"
	ActSeal      Act = "seal"
	ActIssue     Act = "issue"
	ActRelease   Act = "release"
	ActCancel    Act = "cancel"
	ActRecall    Act = "recall"        // of an issued document: taken back from all who have it (X9.2)
	ActAddress   Act = "add_receivers" // of an issued document: sent to further receivers (X9.3)
	actDraft     Act = "draft"         // history only: the document begins
	actStamp     Act = "stamp"         // history only: what became of a time stamp
)

// confirmed are the acts that bind the office: the person proves himself again before them (store.Actor.Confirmed).
var confirmed = map[Act]bool{ActSign: true, ActSeal: true, ActRelease: true, ActRecall: true}

// NeedsConfirmation tells doors before which acts they ask for the password; the room refuses the act without it in any case.
func NeedsConfirmation(act Act) bool { return confirmed[act] }

// Who may do an act.
type who string

const (
	byDrafter  who = "drafter"   // who drafted it
	byHolder   who = "holder"    // the post whose turn it is
	byReviewer who = "reviewer"  // every post whose turn it is: several where a stage has several
	bySigner   who = "signer"    // the post that is to sign, in person (S1.4)
	byClerk    who = "clerk"     // the registry, in person (D9.3)
	byAnybody  who = "colleague" // everybody on the route, the head of the unit, leaders
	byOffice   who = "office"    // the registry or a leader, in person
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
	{Drafted, ActRevise, "", byDrafter},
	{Drafted, ActLay, "", byDrafter},
	{Drafted, ActUpload, "", byDrafter},
	{Drafted, ActAttach, "", byDrafter},
	{Drafted, ActDetach, "", byDrafter},
	{Drafted, ActSubmit, InReview, byDrafter},
	{Drafted, ActCancel, Cancelled, byDrafter},

	{InReview, ActRevise, "", byHolder}, // the competent person edits the draft himself (V13)
	{InReview, ActLay, "", byHolder},
	{InReview, ActUpload, "", byHolder},
	{InReview, ActAttach, "", byHolder},
	{InReview, ActDetach, "", byHolder},
	{InReview, ActOpine, "", byAnybody},
	{InReview, ActReturn, Returned, byReviewer},
	{InReview, ActAskSigner, "", byHolder},
	{InReview, ActWithdraw, Drafted, byDrafter},           // also when the holder has left his post
	{InReview, ActApprove, AwaitingSignature, byReviewer}, // or stays, when another person on the route is named

	{Returned, ActRevise, "", byDrafter},
	{Returned, ActLay, "", byDrafter},
	{Returned, ActUpload, "", byDrafter},
	{Returned, ActAttach, "", byDrafter},
	{Returned, ActDetach, "", byDrafter},
	{Returned, ActSubmit, InReview, byDrafter},
	{Returned, ActCancel, Cancelled, byDrafter},

	{AwaitingSignature, ActRevise, Drafted, byDrafter}, // a change after approval starts the approval again (D8.4)
	{AwaitingSignature, ActOpine, "", byAnybody},
	{AwaitingSignature, ActReturn, Returned, bySigner},
	{AwaitingSignature, ActAskSigner, InReview, bySigner},
	{AwaitingSignature, ActSign, Signed, bySigner},

	{Signed, ActReturn, Returned, byClerk}, // the registry refuses to number it; the signature is void with the version it stands on
	{Signed, ActNumber, Numbered, byClerk},
	{Signed, ActRelease, Issued, byClerk},
	{Signed, ActCancel, Cancelled, byClerk},

	{Numbered, ActSeal, Sealed, byClerk},
	{Numbered, ActRelease, Issued, byClerk},
	{Numbered, ActCancel, Cancelled, byClerk}, // the number stays in the register as void (D7.10)

	{Sealed, ActIssue, Issued, byClerk},
	{Sealed, ActRelease, Issued, byClerk},
	{Sealed, ActCancel, Cancelled, byClerk},

	{Issued, ActAddress, "", byClerk}, // the list of receivers grows, the document stays
	{Issued, ActRecall, "", byOffice}, // nothing of an issued document changes: it is frozen, and its receivers are asked (X9.7)
}

// may tells whether the actor is the one the table names. Seeing the document was checked before.
func (o *Outgoing) may(a store.Actor, w who) bool {
	switch w {
	case byDrafter:
		return a.Person == o.DrafterID && a.Person != 0
	case byHolder:
		return a.Holding == o.HolderHolding && a.Holding != 0
	case byReviewer:
		return a.Holding != 0 && (a.Holding == o.HolderHolding || contains(o.Reviewers, a.Holding))
	case bySigner:
		return a.Holding == o.SignerHolding && a.Person == o.SignerPerson && a.Holding != 0 && a.For == 0
	case byClerk:
		return KeepsRegisters(a)
	case byAnybody:
		return a.Person != 0
	case byOffice:
		return MayAgree(a)
	}
	return false
}

// allow finds the arrow of an act: Conflict when the state does not have it, Forbidden when it is another person's.
func (o *Outgoing) allow(a store.Actor, act Act) (arrow, error) {
	if o.RecalledAt != 0 {
		return arrow{}, store.Refuse(store.Conflict, "Văn bản {number} đã được thu hồi nên bị đóng băng: văn bản và dữ liệu được giữ nguyên, không thực hiện thêm thao tác nào.", "number", o.NumberText)
	}
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
		"state", o.State)
}

// acts lists what the actor may do now, in the order of the table.
func (o *Outgoing) acts(a store.Actor) []Act {
	out := []Act{}
	if o.RecalledAt != 0 {
		return out
	}
	for _, r := range route {
		if r.state == o.State && o.may(a, r.who) {
			out = append(out, r.act)
		}
	}
	return out
}
