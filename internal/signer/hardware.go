//go:build pkcs11 && linux && (amd64 || arm64)

package signer

import (
	"cmp"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// Built tells whether this build can load a vendor's library.
const Built = true

// hardware is an opened token. Calls hold the lock for reading; opening it anew holds it alone.
type hardware struct {
	device Device
	module *module

	mu       sync.RWMutex
	is       Description
	slot     ulong
	sessions chan ulong
	holder   ulong // a session that only keeps the login and reads objects
	round    int   // how often the token was opened
	lost     error // why it is not open
	tried    time.Time
	stopped  *Refusal // the PIN was refused: nothing more is tried

	listMu sync.Mutex
	keys   []hardKey
	listed time.Time
}

type hardKey struct {
	Key
	handle    ulong
	round     int // of the token that gave the handle
	alwaysAsk bool
	size      int // bytes of a raw signature
	bits      int // of the curve's order
}

const (
	pause   = 2 * time.Second // between two attempts to open a token that went away
	current = time.Minute     // how long the list of objects is believed
)

// OpenDevice loads the library, finds the token by its label and logs in. ErrModule, ErrNoToken, ErrPIN, ErrPINLocked, ErrPINRetry, ErrPINLast, ErrNoPIN.
func OpenDevice(d Device) (Token, error) {
	d.Sessions, d.Hang = orDefault(d.Sessions, 8), orDefault(d.Hang, time.Minute)
	m, err := loadModule(d.Module)
	if err == nil {
		err = m.initialize()
	}
	if err != nil {
		return nil, ErrModule.with("file", d.Module).because("%w", err)
	}
	h := &hardware{device: d, module: m}
	if err := h.open(); err != nil {
		m.finalize()
		return nil, err
	}
	return h, nil
}

// open finds the token, logs in and fills the pool. The caller holds the lock, or is alone.
func (h *hardware) open() error {
	defer h.device.watch("open")()
	slot, info, err := h.seek()
	if err != nil {
		return err
	}
	if h.is.Serial != "" && info.describe() != h.is {
		return ErrTokenAbsent.because("another token is in: %v", info.describe())
	}
	holder, err := h.module.openSession(slot)
	if err != nil {
		return ErrTokenAbsent.because("open session: %w", err)
	}
	if err := h.login(holder, info); err != nil {
		h.module.call(fnCloseAllSessions, uintptr(slot))
		return err
	}
	pool := make(chan ulong, h.device.Sessions)
	for range h.device.Sessions {
		s, err := h.module.openSession(slot)
		if err != nil && len(pool) == 0 {
			return ErrDevice.because("open session: %w", err)
		}
		if err != nil {
			break // it has no more of them
		}
		pool <- s
	}
	h.is, h.slot, h.holder, h.sessions, h.lost = info.describe(), slot, holder, pool, nil
	h.round++
	h.listMu.Lock()
	h.keys = nil
	h.listMu.Unlock()
	return nil
}

func (h *hardware) seek() (ulong, *tokenInfo, error) {
	slots, err := h.module.slots()
	if err != nil {
		return 0, nil, ErrTokenAbsent.because("list slots: %w", err)
	}
	var seen []string
	for _, s := range slots {
		info, err := h.module.info(s)
		if err != nil || info.flags&tokenInitialized == 0 {
			continue
		}
		if d := info.describe(); d.Label == h.device.Token && (h.is.Serial == "" || d == h.is) {
			return s, info, nil
		} else {
			seen = append(seen, d.Label)
		}
	}
	if h.round > 0 {
		return 0, nil, ErrTokenAbsent.because("label %q, seen %q", h.device.Token, seen)
	}
	if len(seen) == 0 {
		seen = []string{"–"}
	}
	return 0, nil, ErrNoToken.with("token", h.device.Token).with("found", strings.Join(seen, ", "))
}

// login gives the PIN once. A PIN that was refused is never given again by this process, nor by the next one while it is the same.
func (h *hardware) login(session ulong, info *tokenInfo) error {
	if info.flags&pinLocked != 0 {
		return h.stop(ErrPINLocked)
	}
	if len(h.device.PIN) == 0 && info.flags&keypad == 0 {
		return ErrNoPIN
	}
	if err := h.device.mayTry(); err != nil {
		return err
	}
	if info.flags&pinFinalTry != 0 && !h.device.PINAgain {
		return h.stop(ErrPINLast)
	}
	err := h.module.login(session, asUser, h.device.PIN)
	var code rv
	switch errors.As(err, &code); code {
	case 0, rvAlreadyLoggedIn:
		h.device.PINAgain = false // it was for this once
		if err := h.device.mark(false); err != nil {
			return ErrLog.because("%w", err)
		}
		return nil
	case rvPINLocked:
		return h.stop(ErrPINLocked.because("%w", err))
	case rvPINIncorrect, rvPINInvalid, rvPINLength, rvPINExpired:
		return h.stop(ErrPIN.because("%w", errors.Join(err, h.device.mark(true))))
	}
	return ErrTokenAbsent.because("login: %w", err)
}

func (h *hardware) stop(why *Refusal) error {
	h.stopped = why
	return why
}

// reopen opens the token anew after it was lost in a round, once for all who noticed. A library sees a token that was plugged in again only after it was initialized anew.
func (h *hardware) reopen(round int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.stopped != nil:
		return h.stopped
	case h.round != round:
		return nil
	case time.Since(h.tried) < pause:
		if h.lost == nil { // it is open, and fails all the same
			return ErrDevice.because("fails again after it was opened anew")
		}
		return h.lost
	}
	defer h.device.watch("reopen")()
	h.module.finalize()
	err := h.module.initialize()
	if err != nil {
		err = ErrTokenAbsent.because("initialize: %w", err)
	} else {
		err = h.open()
	}
	h.lost, h.tried = err, time.Now()
	return err
}

// Describe is what the token said of itself when it was opened.
func (h *hardware) Describe() Description {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.is
}

// Keys lists the signing keys; a list younger than a minute is given again if the token is still in.
func (h *hardware) Keys() ([]Key, error) {
	var all []hardKey
	err := h.with(func() error {
		if !h.module.present(h.slot) {
			return rvTokenNotPresent
		}
		var err error
		all, err = h.list(current)
		return err
	})
	out := make([]Key, 0, len(all))
	for _, k := range all {
		out = append(out, k.Key)
	}
	return out, err
}

// Key finds a key in the list, however old that is: who signs learns from the device whether it is still there.
func (h *hardware) Key(id KeyID) (Key, error) {
	k, err := h.key(id)
	return k.Key, err
}

func (h *hardware) key(id KeyID) (k hardKey, err error) {
	err = h.with(func() error {
		for _, old := range []time.Duration{24 * time.Hour, pause} { // a key that is not there may be new
			all, err := h.list(old)
			if err != nil {
				return err
			}
			for _, k = range all {
				if k.ID == id {
					return nil
				}
			}
		}
		return ErrKeyNotFound.with("name", id.String()[:16])
	})
	return k, err
}

// with runs f on the open token, and once more after opening it anew when f finds it lost.
func (h *hardware) with(f func() error) error {
	for try := 0; ; try++ {
		h.mu.RLock()
		round, err := h.round, h.lost
		if err == nil {
			err = f()
		}
		h.mu.RUnlock()
		var code rv
		switch {
		case err == nil:
			return nil
		case errors.As(err, &code) && gone[code], errors.Is(err, ErrTokenAbsent):
			if try > 0 {
				return ErrTokenAbsent.because("%w", err)
			}
			if err := h.reopen(round); err != nil {
				return err
			}
		default:
			return told(err)
		}
	}
}

// gone are the answers of a library whose token, session or login is no longer there.
var gone = map[rv]bool{rvGeneral: true, rvSlotInvalid: true, rvDeviceError: true, rvDeviceRemoved: true, rvKeyHandle: true, rvObjectHandle: true, rvSessionClosed: true,
	rvSessionHandle: true, rvTokenNotPresent: true, rvTokenUnrecognized: true, rvNotLoggedIn: true, rvNotInitialized: true}

// told makes a refusal of what the library answered.
func told(err error) error {
	var r *Refusal
	var code rv
	switch {
	case errors.As(err, &r):
		return err
	case errors.As(err, &code) && (code == rvMechanism || code == rvMechanismParam || code == rvKeyType || code == rvKeySize || code == rvKeyFunction):
		return ErrMechanism.because("%w", err)
	}
	return ErrDevice.because("%w", err)
}

// list reads the objects when the last reading is older than that. The caller holds the lock for reading.
func (h *hardware) list(old time.Duration) ([]hardKey, error) {
	h.listMu.Lock()
	defer h.listMu.Unlock()
	if h.keys != nil && time.Since(h.listed) < old {
		return h.keys, nil
	}
	defer h.device.watch("list")()
	var found [4][]object
	for _, class := range []ulong{classCert, classPublic, classPrivate} {
		all, err := h.module.objects(h.holder, class)
		if err != nil {
			return nil, err
		}
		found[class] = all
	}
	known := append([]*x509.Certificate{}, h.device.Certificates...)
	for _, c := range found[classCert] {
		known = append(known, c.cert)
	}
	list := []hardKey{}
	for _, p := range found[classPrivate] {
		if k, ok := hardKeyOf(p, publicOf(p, append(found[classPublic], found[classCert]...)), known); ok && len(list) < mostKeys {
			k.round = h.round
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b hardKey) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.ID.String(), b.ID.String()))
	})
	h.keys, h.listed = list, time.Now()
	return list, nil
}
