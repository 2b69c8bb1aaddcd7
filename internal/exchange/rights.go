package exchange

import "congvu/internal/store"

// MayWatch: everybody of an agency may see where its documents are; the SQL bounds the lines to the actor's agency.
func MayWatch(a store.Actor) bool { return a.Agency != 0 }

// MayResend: the agency's clerk sends again, as he sent the first time (NĐ 30/2020 art. 17–18).
func MayResend(a store.Actor) bool { return a.Roles.Has(store.Clerk) }

// MayOpenQuarantine: the clerk looks after what came for his agency; the system administrator also after what came for nobody.
func MayOpenQuarantine(a store.Actor) bool { return a.Roles.Has(store.Clerk | store.SystemAdmin) }

// everywhere tells whether the actor looks beyond his agency: 1 = the whole installation, for SQL that is bounded by it.
func everywhere(a store.Actor) bool { return a.Roles.Has(store.SystemAdmin) }

// MayRuleExchange: the system administrator decides how much is taken in from whom.
func MayRuleExchange(a store.Actor) bool {
	return a.Roles.Has(store.SystemAdmin) || a.Person == 0 && (a.Via == store.ViaCLI || a.Via == store.ViaSystem)
}
