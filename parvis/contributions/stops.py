"""Small words that the search leaves out, folded as texts are indexed. Not here: telling topics apart (kernel.words).

The database has its own lists, with accents; once folded, "à" would come back as "a". Words that mean something else
without their accent are kept ("été" is a summer too). The functions of migration 0007 hold this list: a change of it
needs a migration, and the index built again.
"""

from __future__ import annotations

STOPS = frozenset(
    """a ai aie aient aies ait as au aura aurai auraient aurais aurait auras aurez auriez aurions aurons auront aux
    avaient avais avait avec avez aviez avions avons ayant ayez ayons c ce ces d dans de des du elle en es et etaient
    etais etait etant etes etiez etions eu eue eues eut eumes eutes eurent eux fus fut furent fumes futes il ils j je
    l la le les leur lui m ma mais me meme mes mon n ne nos notre nous on ont ou par pas pour qu que qui s sa se sera
    serai seraient serais serait seras serez seriez serions serons seront ses soient sois soit sommes sont soyez soyons
    sur t ta te tes toi ton tu un une vos votre vous y
    about after again all am an and any are at be because been before being below between both but by can did do does
    doing don down during each few for from further had has have having he her here hers him his how i if in into is
    it its itself just more most my no nor not of off once only or other our ours out over own same she should so some
    such than that the their theirs them then there these they this those through to too under until up very was we
    were what when where which while who whom why will with you your yours""".split()  # noqa: SIM905 - a word list
)
