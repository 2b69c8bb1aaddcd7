package documents

import "congvu/internal/store"

// Methods of signing (S9.7): where the key is. One code list for bindings, versions, signings and the journal.
const (
	MethodServerKey = "server_key" // kept by the server: keys of agencies, demonstrations
	MethodUSBToken  = "usb_token"
	MethodSIM       = "sim_pki"
	MethodRemote    = "remote" // a service that its owner confirms each signature to
)

// methodLabels is the code list with its names, keys of i18n.
var methodLabels = []struct {
	code  string
	label store.Message
}{
	{MethodServerKey, store.Say("khóa do máy chủ giữ")},
	{MethodUSBToken, store.Say("thiết bị ký số USB")},
	{MethodSIM, store.Say("SIM ký số")},
	{MethodRemote, store.Say("ký số từ xa")},
}

// Methods lists the codes of the ways to sign with a certificate.
func Methods() []string {
	var out []string
	for _, m := range methodLabels {
		out = append(out, m.code)
	}
	return out
}

// MethodLabel is the name of a method in Vietnamese, a key of i18n; "" for a code that is none.
func MethodLabel(code string) string { return methodName(code).Text }

func methodName(code string) store.Message {
	for _, m := range methodLabels {
		if m.code == code {
			return m.label
		}
	}
	return store.Message{}
}

// bindable tells whether a certificate may be bound for a method.
func bindable(code string) bool { return methodName(code).Text != "" }

// onDevice tells whether the key of a method is outside of the server, so that the owner signs in two phases.
func onDevice(code string) bool { return bindable(code) && code != MethodServerKey }
