package web

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/localsigner"
	"congvu/internal/web/browsertest"
)

// program starts the simulator of the signing program where the real one listens, until the test ends.
func (h *house) program(id *keys.Identity, fault func() localsigner.Fault) {
	h.Helper()
	own, err := localsigner.OwnCertificate()
	h.must(err)
	p := &localsigner.Program{Key: id.Key, Certificate: id.Certificate, Chain: id.Chain, Now: func() time.Time { return h.db.Now().Time() }, Fault: fault}
	ctx, stop := context.WithCancel(bg)
	ready, ended := make(chan struct{}), make(chan error, 1)
	var running sync.WaitGroup
	running.Go(func() { ended <- p.Listen(ctx, localsigner.Address, own, func(string) { close(ready) }) })
	h.Cleanup(func() { stop(); running.Wait() })
	select {
	case <-ready:
	case err := <-ended:
		h.Skipf("the program's address is taken on this machine: %v", err)
	}
}

// The whole signature through the program on the signer's machine, in the browser: cancelled there, an older version, a file changed on its way, and
// at last signed. Until then the document stays as it was (S12).
func TestTheProgramOnTheMachineSigns(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	var fault atomic.Value
	fault.Store(localsigner.Cancels)
	h.program(h.onDevice(documents.MethodUSBToken), func() localsigner.Fault { return fault.Load().(localsigner.Fault) })
	way := h.awaiting("ký bằng chương trình trên máy", h.sector)
	t.Cleanup(func() { tab.Go("about:blank") })
	tab.TrustAnyCertificate() // the program's own is for this machine only; its installer tells the browser
	tab.Size(1440, 900)
	signInTab(tab, h.server.URL, "chutich")
	order := func() {
		t.Helper()
		tab.Go(h.server.URL + way + "/device/approve")
		tab.Click("#act [name=consent]")
		if browsertest.Eval[bool](tab, `Boolean(document.querySelector("#act [name=password]"))`) {
			tab.Fill("#act [name=password]", password)
		}
		tab.Click("#act footer .btn.primary")
	}
	for _, c := range []struct {
		fault localsigner.Fault
		sees  string
	}{{localsigner.Cancels, "[data-trouble=refused]:not([hidden])"}, {localsigner.IsOld, "[data-trouble=refused]:not([hidden])"}, {localsigner.Tampers, "#main .note-warn"}} {
		fault.Store(c.fault)
		order()
		tab.See(c.sees)
		if c.fault == localsigner.Tampers {
			tab.Until(`location.pathname.startsWith("/signings/") && document.querySelector("#main").innerText.includes("nội dung đã bị thay đổi")`)
		}
		tab.Axe()
		tab.Picture(fmt.Sprintf("agent-%s-1440", c.fault))
		o, err := documents.FindOutgoing(bg, h.db, h.actorNamed("Nguyễn Văn Nghĩa"), idOf(way))
		h.must(err)
		if o.State != documents.AwaitingSignature || o.SignedAt != 0 {
			t.Fatalf("%s: the document is %s", c.fault, o.State)
		}
	}
	fault.Store(localsigner.Fault(""))
	order()
	tab.Until(`location.pathname.startsWith("/signings/") && document.querySelector("#main .note-good")`)
	tab.Axe()
	tab.Picture("agent-signed-1440")
	tab.Go(h.server.URL + way)
	tab.Until(`document.querySelector(".pane").innerText.includes("Chữ ký hợp lệ")`)
	tab.Quiet()
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

// idOf is the number of a document's address.
func idOf(way string) (id int64) {
	fmt.Sscanf(way, "/outgoing/%d", &id)
	return id
}
