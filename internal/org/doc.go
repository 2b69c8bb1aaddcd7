// Package org keeps who exists in public duty: agencies with their codes and names through time, their units, the people, the
// posts they hold from one day to another, and who may sign in whose place.
//
// It keeps: org_agencies (identity and present state), org_agency_versions (names, abbreviation, parent and seat by date),
// org_codes (every code an agency has or had), org_words (the directory's search words), org_units, org_people, org_holdings,
// org_delegations; org_reorganisations with org_successions and org_takeovers (decisions that merge, split, rename or dissolve agencies:
// draft → approved → executed, or cancelled; who follows whom, many to many; who takes over what, never by default) and org_takings (each thing taken over, with where it was and where it is gone on with).
// org_delegations, org_standins (who stands in for whom: assistants, covers of absences).
//
// The directory of the country stands in the same tables: an agency of which a list outside tells is one of level outside, kept by its list (origin).
// org_entries (what a list last said of each unit, word for word; of senders that no list has, source "message"), org_entry_versions (what it said
// before), org_runs and org_run_steps (a synchronisation: planning → carrying → done, held in between when it would close more than 2 %, and what it has
// still to do), org_conflicts (a code that two claim: open → kept, moved, same or gone). A list never overwrites an agency entered here.
//
// An agency is active or closed. A post holds from its first day to its last; its rights end with it at once (I5.5). Nothing is deleted.
// Imports read a table twice: PlanImport says what would happen and what is wrong, CarryOut does all of it or nothing.
//
// Limits: a change entered before its day shows in the directory at once; documents ask for the date they carry (AgencyAt).
//
// Dates are legal dates in Hanoi; valid_to is the last day, "" means no end.
//
// Journal: agency.opened, agency.amended, agency.closed, unit.opened, unit.amended, unit.closed, person.enrolled, person.amended,
// holding.appointed, holding.amended, holding.ended, delegation.given, delegation.ended, org.imported,
// reorganisation.drafted, reorganisation.amended, reorganisation.linked, reorganisation.unlinked, reorganisation.taker_named, reorganisation.approved,
// reorganisation.cancelled, reorganisation.executed, reorganisation.taken_over
// holding.appointed, holding.amended, holding.ended, delegation.given, delegation.ended, standin.set, standin.ended, org.imported,
// directory.run_begun, directory.run_failed, directory.planned, directory.held, directory.confirmed, directory.refused, directory.carried, directory.synced,
// directory.conflict_decided, directory.sender_met, directory.sender_entered, directory.sender_linked, directory.sender_ignored
package org
