//go:build pkcs11 && linux && (amd64 || arm64)

package signer

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// The layout below is that of PKCS#11 2.40 on LP64 little-endian machines: CK_ULONG has 8 bytes, structures their natural alignment.

// Places in CK_FUNCTION_LIST.
const (
	fnInitialize        = 0
	fnFinalize          = 1
	fnGetSlotList       = 4
	fnGetSlotInfo       = 5
	fnGetTokenInfo      = 6
	fnOpenSession       = 12
	fnCloseSession      = 13
	fnCloseAllSessions  = 14
	fnLogin             = 18
	fnGetAttributeValue = 24
	fnFindObjectsInit   = 26
	fnFindObjects       = 27
	fnFindObjectsFinal  = 28
	fnSignInit          = 42
	fnSign              = 43
	functions           = 44
)

type ulong = uint64

const unavailable = ^ulong(0)

// rv is a return value of the library.
type rv ulong

func (r rv) Error() string { return fmt.Sprintf("CKR 0x%x", ulong(r)) }

const (
	rvGeneral           rv = 0x5
	rvNeedThreads       rv = 0x9
	rvCannotLock        rv = 0xa
	rvSlotInvalid       rv = 0x3
	rvDeviceError       rv = 0x30
	rvDeviceRemoved     rv = 0x32
	rvKeyHandle         rv = 0x60
	rvMechanism         rv = 0x70
	rvMechanismParam    rv = 0x71
	rvKeyType           rv = 0x63
	rvKeySize           rv = 0x62
	rvKeyFunction       rv = 0x68
	rvObjectHandle      rv = 0x82
	rvPINIncorrect      rv = 0xa0
	rvPINInvalid        rv = 0xa1
	rvPINLength         rv = 0xa2
	rvPINExpired        rv = 0xa3
	rvPINLocked         rv = 0xa4
	rvSessionClosed     rv = 0xb0
	rvSessionHandle     rv = 0xb3
	rvTokenNotPresent   rv = 0xe0
	rvTokenUnrecognized rv = 0xe1
	rvAlreadyLoggedIn   rv = 0x100
	rvNotLoggedIn       rv = 0x101
	rvNotInitialized    rv = 0x190
	rvAlreadyInitalized rv = 0x191
)

// module is a loaded library. One that cannot be called by several threads is called by one at a time.
type module struct {
	fn     [functions]uintptr
	single bool
	mu     sync.Mutex
}

func loadModule(path string) (*module, error) {
	h, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	get, err := purego.Dlsym(h, "C_GetFunctionList")
	if err != nil {
		return nil, err
	}
	var list unsafe.Pointer
	if r, _, _ := purego.SyscallN(get, uintptr(unsafe.Pointer(&list))); r != 0 {
		return nil, rv(r)
	}
	if list == nil {
		return nil, rvGeneral
	}
	m := &module{}
	for i := range m.fn {
		m.fn[i] = *(*uintptr)(unsafe.Add(list, 8+8*i)) // behind two bytes of version
	}
	return m, nil
}

// call runs a function of the library. Pointers among args are made in the call itself: purego then keeps what they point to in place.
//
//go:uintptrescapes
func (m *module) call(fn int, args ...uintptr) error {
	if m.fn[fn] == 0 {
		return rv(0x54) // CKR_FUNCTION_NOT_SUPPORTED
	}
	if m.single {
		m.mu.Lock()
		defer m.mu.Unlock()
	}
	if r, _, _ := purego.SyscallN(m.fn[fn], args...); r != 0 {
		return rv(r)
	}
	return nil
}

type initArgs struct {
	create, destroy, lock, unlock uintptr
	flags                         ulong
	reserved                      uintptr
}

// initialize asks the library to lock by itself, for calls come from several threads. One that cannot is then used by one thread at a time.
func (m *module) initialize() error {
	const osLocking = 2
	args := &initArgs{flags: osLocking}
	err := m.call(fnInitialize, uintptr(unsafe.Pointer(args)))
	runtime.KeepAlive(args)
	if err == rvCannotLock || err == rvNeedThreads {
		m.single = true
		err = m.call(fnInitialize, 0)
	}
	if err == rvAlreadyInitalized {
		err = nil
	}
	return err
}

func (m *module) finalize() { m.call(fnFinalize, 0) } // there is nothing to do about a refusal

// tokenInfo is CK_TOKEN_INFO.
type tokenInfo struct {
	label, maker [32]byte
	model        [16]byte
	serial       [16]byte
	flags        ulong
	rest         [128]byte // ten numbers, two versions, a clock
}

const (
	tokenInitialized = 0x400
	keypad           = 0x100
	pinFinalTry      = 0x20000
	pinLocked        = 0x40000
)

func (i *tokenInfo) describe() Description {
	return Description{Label: padded(i.label[:]), Serial: padded(i.serial[:]), Model: padded(i.model[:])}
}

func padded(b []byte) string { return cut(strings.TrimRight(string(b), " \x00"), mostLabel) }

// slots lists the slots with a token in them. The first call lets libraries look for tokens plugged in meanwhile.
func (m *module) slots() ([]ulong, error) {
	const most = 1024
	var n ulong
	if err := m.call(fnGetSlotList, 1, 0, uintptr(unsafe.Pointer(&n))); err != nil {
		return nil, err
	}
	n = min(n+16, most)
	list := make([]ulong, n)
	if err := m.call(fnGetSlotList, 1, uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(&n))); err != nil {
		return nil, err
	}
	return list[:min(n, ulong(len(list)))], nil
}

func (m *module) info(slot ulong) (*tokenInfo, error) {
	i := &tokenInfo{}
	return i, m.call(fnGetTokenInfo, uintptr(slot), uintptr(unsafe.Pointer(i)))
}

// present tells whether a token is in the slot, without asking the token.
func (m *module) present(slot ulong) bool {
	const tokenPresent = 1
	var info struct {
		text  [96]byte
		flags ulong
		rest  [32]byte
	}
	err := m.call(fnGetSlotInfo, uintptr(slot), uintptr(unsafe.Pointer(&info)))
	return err == nil && info.flags&tokenPresent != 0
}

func (m *module) openSession(slot ulong) (s ulong, err error) {
	const serial = 4
	err = m.call(fnOpenSession, uintptr(slot), serial, 0, 0, uintptr(unsafe.Pointer(&s)))
	return s, err
}

// renew gives a session without the unfinished work that a failure may have left in it; the same one when there is no other to be had.
func (m *module) renew(slot, session ulong) ulong {
	m.call(fnCloseSession, uintptr(session)) // it may be closed already
	if fresh, err := m.openSession(slot); err == nil {
		return fresh
	}
	return session
}

const (
	asUser     = 1
	forOneCall = 2 // CKU_CONTEXT_SPECIFIC
)

// login gives no PIN where the token has a keypad and none was configured.
func (m *module) login(session ulong, as uintptr, pin []byte) error {
	if len(pin) == 0 {
		return m.call(fnLogin, uintptr(session), as, 0, 0)
	}
	return m.call(fnLogin, uintptr(session), as, uintptr(unsafe.Pointer(&pin[0])), uintptr(len(pin)))
}

type mechanism struct {
	kind  ulong
	param unsafe.Pointer
	size  ulong
}

type pssParams struct{ hash, mask, salt ulong }

// sign makes one signature of at most size bytes. again is what a key wants that asks for the PIN each time; nil for others.
func (m *module) sign(session, key ulong, how *mechanism, in []byte, size int, again func() error) ([]byte, error) {
	err := m.call(fnSignInit, uintptr(session), uintptr(unsafe.Pointer(how)), uintptr(key))
	runtime.KeepAlive(how)
	if err == nil && again != nil {
		err = again()
	}
	if err != nil {
		return nil, err
	}
	out, n := make([]byte, size), ulong(size)
	err = m.call(fnSign, uintptr(session), uintptr(unsafe.Pointer(&in[0])), uintptr(len(in)), uintptr(unsafe.Pointer(&out[0])), uintptr(unsafe.Pointer(&n)))
	if err == nil && n > ulong(size) {
		err = rvGeneral
	}
	if err != nil {
		return nil, err
	}
	return out[:n], nil
}
