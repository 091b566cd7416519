"""English word lists for the rules: closed classes are complete, open classes have the words that are needed.

The verbs are those of requests. The adjectives and the words in -ing are those that look like nouns.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an the this that these those some any each every no another all both either neither such several many few "
    "various certain enough much more most fewer less own half"
)
POSSESSIVES = _words("my your his her its our their whose one's someone's")
NUMBERS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty fifty hundred "
    "thousand million first second third fourth fifth last next single double couple dozen"
)
RECIPIENTS = _words("me us him them you someone somebody people everyone")
PRONOUNS = _words(
    "i you he she it we they me us him them myself yourself himself herself itself themselves something anything "
    "nothing everything someone anyone everyone nobody somebody one ones this that these those who whom following "
    "above below other others same rest each both all"
)
PREPOSITIONS = _words(
    "of for to in on at by with from into about as over under between among through during before after without "
    "within against like than per via using including regarding concerning based according upon onto across along "
    "around behind beside beyond despite except inside outside near since until toward towards unlike versus vs "
    "because while although though so if whether unless due out up down off below above then once"
)
RELATIVES = _words("that which who whom whose where when why how what whether if")
FINITE_VERBS = _words(
    "is are was were be been being am has have had do does did can could will would shall should may might must "
    "isn't aren't wasn't doesn't don't can't won't needs need makes gets goes"
)
AUXILIARIES = _words("do does did can could will would shall should may might must")
BE = _words("is are was were am be been being isn't aren't wasn't")
NAMED = _words(
    "book movie film novel poem song city country company language word term phrase game play character series planet "
    "brand album"
)
"""Nouns that precede a name: in "summarize the book Emma" the object is "book"."""

JOINS = _words("and or but nor & plus")
TAILS = _words(
    "today now here there online together again please below above alphabetically instead only too also either "
    "apart aloud home away back yet already accordingly respectively first later soon ago else everyday twice"
)
MODALS = _words("should must will can could may shall")
DUTIES = _words("need needs have want wants asked required told expected supposed like going able help is job")
"""Words before "to" in sentences that say what somebody must do: "you need to", "your job is to"."""

QUESTION_WORDS = _words("what which how why when where who whom whose")
PARTICLES = _words("up out down off over back away together")

OPENERS = _words(
    "given using based considering following according assuming suppose supposing imagine for in from with without "
    "after before if when while as at on by under within through to during among between within taking provided "
    "considered regarding unlike rather instead inspired utilizing applying keeping starting knowing"
)
"""Words that open an introduction ("Given a text, …", "In two sentences, …"). The request follows a comma."""

LEADS = _words(
    "please kindly now next then also first firstly finally just simply again okay ok hi hello hey alexa assistant "
    "quickly briefly lastly secondly so and only always try go hence therefore otherwise"
)
"""Words before a request that are not part of it."""

PARTICIPLES = _words(
    "given made found written known shown taken born seen used held built sold drawn chosen spoken bought told sent "
    "set put won lost brought caught thought taught worn grown thrown broken spent left kept begun done run led met"
)

ADJECTIVES = _words(
    "shorter longer better worse clearer simpler easier stronger bigger smaller larger higher lower faster slower "
    "older younger newer richer formal informal clear concise short long simple funny creative unique original new "
    "old good bad best worst big small large great little different similar same common main major minor important "
    "interesting relevant appropriate suitable proper correct incorrect wrong right true false positive negative "
    "neutral possible impossible popular famous specific general brief detailed full complete incomplete whole entire "
    "persuasive descriptive effective efficient healthy unhealthy easy difficult hard safe dangerous happy sad angry "
    "beautiful ugly fresh delicious natural artificial modern ancient historical traditional digital physical mental "
    "social political economic environmental financial personal professional public private local global national "
    "international human animal scientific technical medical legal ethical moral cultural musical mathematical "
    "numerical statistical grammatical logical critical analytical ideal perfect basic advanced complex compound hot "
    "cold warm dark bright light heavy quiet loud strong weak rich poor young fictional imaginary realistic accurate "
    "precise exact active passive additional extra alternative potential current recent previous final initial early "
    "late free available able necessary useful helpful sustainable renewable eco-friendly open-ended well-written "
    "objective-sounding polite rude friendly engaging exciting catchy memorable meaningful coherent cohesive readable "
    "understandable black white red blue green yellow brown grey gray consistent inconsistent odd civil criminal "
    "independent "
    "dependent intelligent given grammatically more most less least very overall sarcastic humorous romantic scary "
    "spooky inspirational motivational rhetorical hypothetical alive dead active-voice third-person"
)
"""Words that are never the head of a noun phrase: "make the text shorter" has the object "text"."""

NOUNS_IN_ING = _words(
    "following missing existing corresponding remaining interesting engaging exciting surprising amazing compelling "
    "outstanding increasing growing developing leading underlying supporting opening closing ending beginning meaning "
    "feeling setting meeting building painting drawing writing reading speaking listening recording wedding greeting "
    "heading saying warning warming learning training teaching marketing advertising shopping programming engineering "
    "processing computing banking accounting housing clothing parking cooking baking hiking swimming camping fishing "
    "running driving dancing acting singing gaming farming mining thinking understanding reasoning planning budgeting "
    "pricing spending saving networking branding testing coding editing spelling hearing lighting rating ranking "
    "finding offering blessing being thing something anything nothing everything king ring string spring wing evening "
    "morning ceiling sibling pudding dressing icing rhyming recurring differing upcoming outgoing ongoing working "
    "living streaming shipping manufacturing trading investing fundraising gardening knitting sailing opposing ing "
    "convincing charming fascinating inspiring amusing entertaining misleading conflicting contrasting competing "
    "decision-making problem-solving storytelling bullying mapping matching voting sorting counting"
)
"""Words in -ing that describe or name a thing. Others begin a clause after a noun ("a poem describing …")."""

VERBS = _words(
    "abbreviate access account achieve acknowledge act adapt add address adjust advise advertise aggregate alter "
    "alphabetize analyze analyse anagram animate annotate announce answer anticipate append apply appraise approximate "
    "argue arrange articulate ask assemble assess assign assist associate assume attach attempt attribute author "
    "automate average balance beautify begin boil book brainstorm break browse build buy calculate call capitalize "
    "capture carry cast catalog categorize categorise celebrate change characterize chart check choose circle cite "
    "clarify classify clean close cluster code collect color colour combine come comment communicate compare compile "
    "complete compose compress compute conclude condense conduct configure confirm conjugate connect consider "
    "construct contact continue contrast convert convey convince cook copy correct count count craft create critique "
    "customize cut debate debug decide declare decode deconstruct decorate decrease decrypt deduce define delete "
    "deliver demonstrate depict derive describe design detail detect determine develop devise diagnose diagram "
    "differentiate discover discuss display distinguish distribute divide do document double download draft draw edit "
    "elaborate eliminate email embed embody emphasize employ emulate enable encode encourage encrypt enhance ensure "
    "enter enumerate envision establish estimate evaluate examine exclude execute exemplify expand explain explore "
    "express extend extract fabricate factor factorize fetch figure fill filter finalize find finish fix flip follow "
    "forecast form format formulate forward fuse gather generate get give grade graph greet group guess handle "
    "highlight hypothesize identify illustrate imagine imitate implement improve improvise include incorporate "
    "increase indicate infer inform insert inspect install integrate interpret interview introduce invent inverse "
    "invert investigate invite join judge justify keep label lay learn leave let link list listen locate log look "
    "lower maintain make manipulate map mark match maximize measure memorize mention merge minimize mix model "
    "modernize modify monitor move multiply name narrate negate negotiate normalize note notice number observe obtain "
    "offer open optimize order organize organise outline output overcome paint paraphrase parse partition pass "
    "perform personalize personify persuade pick pinpoint pitch place plan play plot point pose post practice predict "
    "prepare present prevent print prioritize proceed process produce program project pronounce proofread propose "
    "prove provide publish punctuate purchase put quantify query quote raise randomize rank rate rationalize read "
    "rearrange reason recall recite recommend reconstruct record recreate rectify redesign redo reduce reference "
    "refine reformat reformulate reframe refute regenerate rehearse rehash relate remember remind remove rename render "
    "reorder reorganize repair repeat rephrase replace reply report represent reproduce request research resolve "
    "respond restate restructure retell retrieve return reveal reverse review revise reword rewrite re-write rhyme "
    "roleplay role-play rotate round run sample save say scan schedule score scramble scrape search select send share "
    "separate sequence set shorten show shuffle simplify simulate sing sketch solve sort specify spell split spot "
    "standardize start state store strategize strengthen structure study submit substitute subtract suggest sum "
    "summarize summarise supply support survey swap switch synthesize tabulate tag take talk teach tell tell test "
    "think title trace track train transcribe transform translate transliterate travel troubleshoot trim try tune turn "
    "tweet type uncover understand unjumble unscramble update upgrade use utilize validate verify view visit visualize "
    "vote watch weigh wish withdraw word write have need want know like love prefer eat drink cost face visit protect "
    "save experience help stop avoid grow contain mean spend manage communicate handle become lose win live work "
    "drive cause affect influence impact benefit reflect consist happen take interact cope feel look meet attract"
)

ALSO_NOUNS = _words(
    "answer ask balance benefit book break call cause change chart check circle code color colour comment contact "
    "contrast cost count cover cut debate design detail display document double draft drink drive email estimate "
    "experience face factor figure fill filter form format forward graph grade group guess handle help highlight "
    "impact increase influence interview invite judge label link list live look love map mark match mean measure "
    "model move name need note number offer order outline output pass pitch place plan play plot point post practice "
    "present process produce program project prompt query quote rank rate reason record reference report request "
    "research return review rhyme round run sample save scan schedule score search sequence set share show sketch sort "
    "spot start state stop store structure study sum supply support survey switch tag talk test title trace track "
    "train travel tune turn tweet type use view visit vote watch weigh wish word work try approach average account "
    "address access aim attempt conduct decrease demand extract feature focus harm heat light limit open position "
    "purchase question rise value summary paint drink survey"
)
"""Verbs that are nouns as often: they count as verbs at the start of a request, not in the middle of a sentence."""

UNCHANGED_NOUNS = _words(
    "news species series means mathematics physics economics politics ethics statistics linguistics athletics "
    "electronics logistics genetics aesthetics robotics pants jeans scissors glasses clothes headquarters thanks goods "
    "savings lens gas bus"
)
"""Nouns that end in s and are not plural, or have no singular."""

ADVERB_LIKE_NOUNS = _words("family reply assembly butterfly anomaly ally bully monopoly supply")
