"""Mentions to names: titles, roles, pronouns and the one who is quoted."""

import pytest
from support import document_of

from pipeline.actors import Cast
from pipeline.records import Mention, Span

STORY = (
    "Home Secretary Yvette Cole announced an audit on Thursday. She told MPs that it would start soon.\n"
    "“I will publish it,” Cole said. “We will not wait.”\n"
    "Tom Crowther KC, chair of the inquiry, will help Elm council. The council agreed.\n"
    "The leader of the opposition Kim Baden disagreed. “I would not,” the Tory leader said.\n"
    "Fellside Motors will close its plant in Leeds. The company said it was sorry. In Leeds nobody knew.\n"
)

CASES = [
    ("Cole", "Cole said", "Yvette Cole"),
    ("Home Secretary Yvette Cole", "Home Secretary", "Yvette Cole"),
    ("She", "She told", "Yvette Cole"),
    ("I", "I will publish", "Yvette Cole"),
    ("We", "We will not", "Yvette Cole"),
    ("the home secretary", None, "Yvette Cole"),
    ("Crowther", None, "Tom Crowther KC"),
    ("The council", "The council agreed", "Elm council"),
    ("the Tory leader", "the Tory leader", "Kim Baden"),
    ("I", "I would not", "Kim Baden"),
    ("The company", "The company said", "Fellside Motors"),
    ("it", "it was sorry", "Fellside Motors"),
    ("the ministers", None, "ministers"),
]


@pytest.mark.parametrize(("words", "place", "expected"), CASES, ids=[f"{w} ({p})" for w, p, _ in CASES])
def test_a_mention_goes_to_the_fullest_name(words: str, place: str | None, expected: str) -> None:
    start = STORY.index(place) if place else None
    span = Span(start=start, end=start + len(words)) if start is not None else None
    actor = Cast(document_of(STORY)).resolve(Mention(text=words, span=span))
    assert actor is not None
    assert actor.name == expected


def test_a_month_is_nobody_and_a_verb_ends_a_title() -> None:
    document = document_of("The mayor will resign by May. Leader Ann Lee will go in June.")
    actor = Cast(document).resolve(Mention(text="The mayor", span=Span(start=0, end=9)))
    assert actor is not None
    assert (actor.name, actor.aliases) == ("mayor", ())


def test_the_other_names_of_the_article_are_aliases() -> None:
    actor = Cast(document_of(STORY)).resolve(Mention(text="Cole"))
    assert actor is not None
    assert set(actor.aliases) >= {"Cole", "home secretary"}


@pytest.mark.parametrize(
    "words", ["a spokeswoman for Al Gore", "the chair of the Al Gore fund", "the agent and Al Gore"]
)
def test_a_role_that_somebody_else_has_is_no_alias(words: str) -> None:
    text = f"Al Gore will stay away. On Monday {words} said nothing."
    actor = Cast(document_of(text)).resolve(Mention(text="Al Gore"))
    assert actor is not None
    assert not [alias for alias in actor.aliases if alias[:1].islower()]


def test_roles_of_one_length_are_aliases_in_one_order_in_every_process() -> None:
    text = " ".join(f"{role} Ada Marsh met them." for role in ("Mayor", "Judge", "Owner", "Coach", "Chair"))
    actor = Cast(document_of(text)).resolve(Mention(text="Ada Marsh"))
    assert actor is not None
    assert actor.aliases == ("chair", "coach")


def test_a_pronoun_with_nobody_before_it_has_no_actor_and_a_speech_keeps_its_own_voice() -> None:
    assert Cast(document_of("She will resign.")).resolve(Mention(text="She", span=Span(start=0, end=3))) is None
    speech = "We will build homes. I will see to it myself."
    actor = Cast(document_of(speech)).resolve(Mention(text="We", span=Span(start=0, end=2)))
    assert actor is not None
    assert actor.name == "we"


def test_a_speech_by_somebody_named_in_its_title_is_theirs() -> None:
    speech = "We met Ada Marsh here. We will build homes. I, Ada Marsh, will see to it myself."
    actor = Cast(document_of(speech, title="Speech by Ada Marsh")).resolve(
        Mention(text="I", span=Span(start=44, end=45))
    )
    assert actor is not None
    assert actor.name == "Ada Marsh"


@pytest.mark.parametrize("words", ["only", "who will", "that", "those who"])
def test_words_that_name_nobody_are_no_actor(words: str) -> None:
    assert Cast(document_of(STORY)).resolve(Mention(text=words)) is None


NAMED = [
    ("Danish sailors", "Danish sailors", "Danish sailors will strike. The Danish Navy is silent.", "Danish sailors"),
    (
        "Sanders",
        "Sanders said",
        "Sanders Suffers A Big Blow\n\nBernie Sanders will stay, aides to Sanders said.",
        "Bernie Sanders",
    ),
    ("OSEI", "OSEI PLANS", "Kofi Osei met aides.\n\nWHERE OSEI PLANS TO MAKE A PARK.", "Kofi Osei"),
    (
        "the firm's chief executive, said Basin & Eastern",
        "the firm's",
        "Mr Ayre, the firm's chief executive, said Basin & Eastern would pay.",
        "Mr Ayre",
    ),
    (
        "Danish, Swedish and Finnish sailors",
        "Danish",
        "Sailors met. Danish, Swedish and Finnish sailors will strike.",
        "Danish, Swedish and Finnish sailors",
    ),
    ("nurses, cooks and maids", "nurses", "All nurses, cooks and maids will strike.", "nurses, cooks and maids"),
    ("Sanders", "Sanders quit", "Will Sanders quit? Nobody who knows Sanders thinks so.", "Sanders"),
    ("Andre\u0301 René", "Andre\u0301", "The baker Andre\u0301 René agreed to close.", "Andre\u0301 René"),
    ("Julio", "Julio on", "The club met Julio on Wednesday. Julio will stay.", "Julio"),
    ("Food and Bakery Union", "Food and", "The Food and Bakery Union will strike.", "Food and Bakery Union"),
    (
        "Minister for Housing and Regeneration",
        "Minister",
        "The Minister for Housing and Regeneration will resign.",
        "Minister for Housing and Regeneration",
    ),
    ("the council", "the council", "Brightsea council met. Later the council agreed to pay.", "Brightsea council"),
    ("Tolley’s", "Tolley’s said", "The bakery Tolley’s said it would close.", "Tolley’s"),
    ("Starmer", "Starmer met", "Prime Minister Keir Starmer met President Emmanuel Macron.", "Keir Starmer"),
    ("Hochmark", "Hochmark will", "The minister Ada Wojtowicz of Hochmark came. Hochmark will pay.", "Hochmark"),
    ("Company", "Company shall", "Today the Company CONSENTS AND AGREES to it. The Company shall pay.", "Company"),
    ("Rediffusion", "Rediffusion will", "None by Rediffusion on Good Friday. Rediffusion will pay.", "Rediffusion"),
    ("Union No. 214", "Union No", "Resolved by the Union No. 214 at noon.", "Union No. 214"),
    ("Polar Petroleum A/S", "Polar", "They met Polar Petroleum A/S at noon.", "Polar Petroleum A/S"),
    ("District", "District agrees", "I. The District agrees to pay.\n\nII. The District will go.", "District"),
    (
        "my Government", "my Government",
        "The Government of Kenya asked. I can say that my Government will pay.", "my Government",
    ),
    ("Sanders himself", "Sanders himself", "Bernie Sanders came. Then Sanders himself will stay.", "Bernie Sanders"),
    ("Cobb family", "Cobb family", "Ann Cobb is old. The Cobb family will sell.", "Cobb family"),
    ("V. Patel", "V. Patel", "I. Cole and Ann Marsh came.\n\nV. Patel will go.", "V. Patel"),
    ("Gus and Teddy Malone", "Gus and", "Brothers met. Gus and Teddy Malone agreed to sell.", "Gus and Teddy Malone"),
    (
        "Leyland, Airedale and the University of the Borders",
        "Leyland, A",
        "Leyland, Airedale and the University of the Borders will share.",
        "Leyland, Airedale and the University of the Borders",
    ),
    ("dean of Marle", "dean of", "The dean of Marle will go. Marle is old.", "dean of Marle"),
    ("mayor of Port Sable", "mayor of", "Ada Marsh, the mayor, came. The mayor of Port Sable will go.", "Ada Marsh"),
    ("Labour's candidate", "Labour's candidate", "Labour met. Labour's candidate will resign.", "Labour's candidate"),
    ("Mr. Ayre", "Mr. Ayre will", "The firm met Mr. Ayre. Mr. Ayre will pay.", "Mr. Ayre"),
    ("Captain Osei", "Captain Osei will", "It was Captain Osei. Captain Osei will sail.", "Captain Osei"),
    ("Ancram", "Ancram will", "Ruth Ancram of the Freight Forum came. Ancram will go.", "Ruth Ancram"),
    ("guild", "guild will", "Members of the Lyness Guild met. The guild will go.", "Lyness Guild"),
    ("my Ministers", "my Ministers", "The Ministers met. I say that my Ministers will meet again.", "my Ministers"),
    ("city", "city will", "They met at City Hall, which is old. The city will pay.", "city"),
    (
        "Nikolaidis",
        "Nikolaidis will",
        "Shadow Minister for Water Gerard Nikolaidis came. Nikolaidis will go.",
        "Gerard Nikolaidis",
    ),
    ("Lowri ap Siencyn", "Lowri ap", "Today Lowri ap Siencyn agreed to sell.", "Lowri ap Siencyn"),
    ("union", "union will", "The Moss Staff and Allied Porters Union met. The union will ballot.",
     "Moss Staff and Allied Porters Union"),
    ("Prime Minister", "Prime Minister will", "The Right Honourable Prime Minister spoke. The Prime Minister will go.",
     "Prime Minister"),
    ("Fenwick Council", "Fenwick Council will",
     "Labour-run Fenwick Council met. Fenwick Council will pay.",
     "Fenwick Council"),
    ("Command", "Command has", "Therefore the Supreme Command has decided to go.", "Supreme Command"),
    ("Lyness Bank", "Lyness Bank", "Q (Radio Sol): Is the Lyness Bank content?", "Lyness Bank"),
    ("Sauti", "Sauti will", "In June Sauti MPs met. At dawn Sauti will march.", "Sauti"),
    ("Sundara", "Sundara will", "They met in Sundara City. They say Sundara will pay.", "Sundara"),
    ("President", "President will",
     "Vice President Ada Marsh came. President Bo Cole left. The President will go.",
     "Bo Cole"),
    ("board", "board will", "Board chair Ada Marsh met the Lyness Board. The board will pay.", "Lyness Board"),
    ("Marsh", "Marsh will", "Ada Marsh for Mayor of Harlan Bluffs. At dawn Marsh will march.", "Ada Marsh"),
    ("Hedda Brandt", "Hedda", "Then Chancellor Hedda Brandt of the Baltic Federation agreed to pay.", "Hedda Brandt"),
    ("Lathrop", "Lathrop will", "The Lathrop Group of Indianapolis met. They say Lathrop will sell.", "Lathrop Group"),
    ("Moss Party", "Moss Party",
     "The Moss Party's Warm Homes plan is out. It will pay. The Moss Party will pay.",
     "Moss Party"),
    ("Langford", "Langford will", "Bryce T. Langford III came. Mr. Langford will pay.", "Bryce T. Langford III"),
    ("Vukovic", "Vukovic will",
     "The candidate for Moreton Heights Sam Vukovic met us. Mr Vukovic will go.",
     "Sam Vukovic"),
    ("Fairmead", "Fairmead will", "From Monday 24 August Fairmead will pay 28p. Others ask Fairmead why.", "Fairmead"),
    ("Olmedo", "Olmedo I", "Ada Olmedo came. To Mrs Olmedo I'll leave the keys.", "Ada Olmedo"),
    ("Moss Bank", "Moss Bank", "The Board of Directors of the Moss Bank met.", "Moss Bank"),
    ("Pastor Marsh", "Pastor Marsh", "Families First MLC Pastor Ada Marsh met. Pastor Marsh will go.", "Ada Marsh"),
    ("Ms Xu", "Ms Xu", "The museum named Xu Meilin as its head. Later Ms Xu will go.", "Xu Meilin"),
    ("LDB", "LDB will", "The Lower Dene Bank (LDB) met. At dawn the LDB will pay.", "Lower Dene Bank"),
    ("Committee", "Committee I", "The Committee met. On behalf of the Committee I ask for it.", "Committee"),
    ("Gwilym", "Gwilym watched", "The bill is by Rhodri ap Gwilym. Two years on, Gwilym watched.", "Rhodri ap Gwilym"),
    ("City hitman", "City hitman", "The Leeds City hitman will stay.", "City hitman"),
    ("Teague", "Teague will", "Judge Roberta “Bobbie” Teague came. Mayor Vonda Hale left. Teague will go.",
     "Roberta “Bobbie” Teague"),
    ("Sligh", "Sligh will", 'The council met Mortimer "Rubber Boot" Sligh. Later Sligh will go.',
     'Mortimer "Rubber Boot" Sligh'),
    ("Local 388", "Local 388", "In May Local 388 of the Motor Workers voted. It was late. Now Local 388 will strike.",
     "Local 388"),
    ("St. Brendan's", "St. Brendan's said", "It is old. But St. Brendan's said it would close.", "St. Brendan's"),
    ("Halcyon", "Halcyon will", "They met Halcyon Media of Shreveport. They say Halcyon will pay.", "Halcyon Media"),
    ("Harmony", "Harmony will", "They met Harmony's CEO, Bill Trask. They say Harmony will pay.", "Harmony"),
    ("Briscoe", "Briscoe will", "Then Speaker-designate Whit Briscoe came. Later Briscoe will go.", "Whit Briscoe"),
    ("Senate majority leader", "Senate majority",
     "Walt Ferris, the minority leader, came. The Senate majority leader, Clint McAuliffe, will go.",
     "Clint McAuliffe"),
    ("Democratic leader", "Democratic leader",
     "Walt Ferris, the majority leader, came. The Democratic leader, Senator Abe Reidel of Nevada, will go.",
     "Abe Reidel"),
    ("president", "president will", "The union's president, Joe Marsh, came to Congress. The president will veto it.",
     "president"),
    ("president", "president will", "The union's president, Joe Marsh, came to town. The president will veto it.",
     "Joe Marsh"),
    ("state", "state will",
     "Aegis North, would get no work from the state while Hale was Treasurer. The state will pay.",
     "state"),
    ("his attorney", "his attorney", "Ann Drees, the county attorney, came. It was his attorney who will appeal.",
     "his attorney"),
    ("commission under a retired supreme court justice", "commission under",
     "Karl Moe, the justice minister, came. A commission under a retired supreme court justice will report.",
     "commission under a retired supreme court justice"),
    ("Borsk council", "Borsk council", "They heard Radio Borsk. Everybody in Borsk heard. The Borsk council will pay.",
     "Borsk council"),
    ("Progressives in the House", "Progressives in",
     "The House met. Progressives in the House will vote no.", "Progressives in the House"),
    ("Senate", "Senate will", "They met Senate Republicans. Today the Senate will vote.", "Senate"),
    ("former governor", "former governor",
     "Ada Marsh, the former governor, came. In St. Olaf Lutheran, a teenager asked the former governor about it.",
     "Ada Marsh"),
    ("66", "66", "They met Mayor Ginny Alderson, 66, at noon.", "Ginny Alderson"),
    ("We", "We will", "We will offer tests in Very High areas. We know it is hard. I thank you.", "we"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "place", "text", "expected"), NAMED, ids=[e for *_, e in NAMED])
def test_what_only_looks_like_a_name_is_none(words: str, place: str, text: str, expected: str) -> None:
    start = text.rindex(place)
    actor = Cast(document_of(text)).resolve(Mention(text=words, span=Span(start=start, end=start + len(words))))

    assert actor is not None
    assert actor.name == expected


def test_a_name_ends_at_the_comma_before_its_office() -> None:
    words = "Menna Pryce-Hughes, Minister for Housing and Regeneration"
    actor = Cast(document_of("I am announcing a fund.", title=f"Statement: {words}")).resolve(Mention(text=words))

    assert actor is not None
    assert actor.name == "Menna Pryce-Hughes"


def test_the_title_once_more_names_nobody_by_its_verb() -> None:
    title = "Osei Praises Herald Editor Mary Boyle"
    text = f"{title}.\n\nPresident Kofi Osei met the editor Mary Boyle. Boyle will write again."
    start = text.rindex("Boyle")
    actor = Cast(document_of(text, title=title)).resolve(Mention(text="Boyle", span=Span(start=start, end=start + 5)))

    assert actor is not None
    assert actor.name == "Mary Boyle"


def test_a_title_that_is_a_plain_sentence_names_whom_it_names() -> None:
    title = "Minister Ada Marsh will rebuild the pier"
    actor = Cast(document_of(f"{title}.\n\nMarsh said so.", title=title)).resolve(Mention(text="Marsh"))

    assert actor is not None
    assert actor.name == "Ada Marsh"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Scottish Government has a plan. We will build homes. We will see it through.", "Scottish Government"),
        ("We will build homes, and this government will pay. We agreed it with the UK Government.", "this government"),
        ("As your Mayor, I must act. We will open the baths. We will not wait.", "Mayor"),
        ("We will open the schools. The UK Government disagrees. We will not wait.", "we"),
        ("“We will build homes,” she said. The Scottish Government was silent.", "we"),
    ],
)
def test_a_government_that_speaks_in_its_own_voice_is_we(text: str, expected: str) -> None:
    place = text.index("We")
    actor = Cast(document_of(text)).resolve(Mention(text="We", span=Span(start=place, end=place + 2)))
    assert actor is not None
    assert actor.name == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("I'm Denise Afolabi. I've seen it and I will report.", "I", "Denise Afolabi"),
        ("On 26 July the Executive Board resolved to sell.", "the Executive Board", "Executive Board"),
        ("Labour's Tess Cole met them. Then Cole said she will go.", "Cole", "Tess Cole"),
        ("Lloyd's Register Foundation met. The Foundation will pay.", "Foundation", "Lloyd's Register Foundation"),
        ("Attorney-General Fabian Oak came. Today Oak will go.", "Oak", "Fabian Oak"),
        ("Dear Unitholder, we will not cut the mill. We will see.", "we", "we"),
    ],
)
def test_what_stands_before_a_name_is_no_part_of_it(text: str, words: str, expected: str) -> None:
    place = text.index(f" {words} ") + 1
    actor = Cast(document_of(text)).resolve(Mention(text=words, span=Span(start=place, end=place + len(words))))
    assert actor is not None
    assert actor.name == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACTION Hone to ring the branch.", "Hone"),
        ("The Senate RESOLVED that it would pay.", "Senate"),
        ("After discussion IT WAS RESOLVED THAT the Company do buy a kiln.", "Company"),
        ("TO & LK to visit the site.", "TO & LK"),
    ],
)
def test_what_minutes_write_of_an_item_is_no_part_of_a_name(text: str, expected: str) -> None:
    assert [name.text for name in Cast(document_of(text))._names] == [expected]


def _last_named(text: str, words: str) -> str | None:
    """The name that the last `words` of the text go to."""
    place = text.rindex(words)
    actor = Cast(document_of(text)).resolve(Mention(text=words, span=Span(start=place, end=place + len(words))))
    return actor.name if actor is not None else None


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Superintendent Dr. Imani Hallow came. She will pay.", "She", "Imani Hallow"),
        ("Vice Adm. Tom Hale spoke. He will go.", "He", "Tom Hale"),
        ("Lieutenant Gen. Tess Cole spoke. Cole will go.", "Cole", "Tess Cole"),
        ("On Wednesday Tess Cole spoke. She will go.", "She", "Tess Cole"),
        ("Presumptive Republican nominee Tom Hale spoke. He will go.", "He", "Tom Hale"),
        ("Rep. Ben Ash (D-N.Y.) spoke. He will go.", "He", "Ben Ash"),
        ("Democrat Zephyr Marsh spoke. Marsh will go.", "Marsh", "Zephyr Marsh"),
        ("It rained. Unite, Unison and the GMB will go.", "Unison and the GMB", "Unite, Unison and the GMB"),
        ("It rained. On Monday, Unite and the GMB will go.", "Unite and the GMB", "Unite and the GMB"),
        ("Conservative Tom Hale spoke. Hale will go.", "Hale", "Tom Hale"),
        ("Ada Marsh spoke. The hitch in Marsh’s plans to go is money.", "Marsh’s", "Ada Marsh"),
        ("The National Peat Council met. The NPC will pay.", "The NPC", "National Peat Council"),
        ("The National Peat Council met the Northern Pit Committee. The NPC will pay.", "The NPC", "NPC"),
        ("The NPC met. The National Peat Council will pay.", "The NPC", "NPC"),
    ],
)
def test_titles_days_and_letters_go_to_whom_they_stand_for(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Labour leader Kim Baden met unions. The Labour leader will pay.", "The Labour leader", "Kim Baden"),
        ("US president Bo Cole met unions. The US president will pay.", "The US president", "Bo Cole"),
        ("UK prime minister Kim Baden met Bo Cole. The UK prime minister left.", "The UK prime minister", "Kim Baden"),
        ("TUC general secretary Paul Lee met us. The TUC general secretary left.", "TUC general secretary", "Paul Lee"),
        ("Paul Lee, the BBC chairman, met unions. The BBC's chairman will pay.", "The BBC's chairman", "Paul Lee"),
        ("House Speaker Mike Hale met unions. The House speaker will pay.", "The House speaker", "Mike Hale"),
        ("The TUC met Labour leader Kim Baden. The SNP leader will pay.", "The SNP leader", "SNP leader"),
        ("The SNP met on Monday. The SNP leader will pay.", "The SNP leader", "SNP leader"),
    ],
)
def test_the_leader_of_a_party_is_the_person_who_leads_it(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize("text", ["Ann Cole met him. The US will pay.", "“The US will pay,” Ann Cole said."])
def test_the_us_in_capitals_is_no_pronoun(text: str) -> None:
    assert _last_named(text, "The US") == "US"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The Home Secretary, Ann Cole, met us. The Home Secretary will pay.", "The Home Secretary", "Ann Cole"),
        ("Ann Cole, the Home Secretary, met us. The home secretary will pay.", "The home secretary", "Ann Cole"),
        ("The Minister for Housing, Ann Hale, said no. The minister will pay.", "The minister", "Ann Hale"),
        ("Gov. Ann Whitby met staff. The governor will pay.", "The governor", "Ann Whitby"),
        ("Sen. Bob Casey met staff. The senator will pay.", "The senator", "Bob Casey"),
        ("Rep. Ann Hale met staff. The congresswoman will pay.", "The congresswoman", "Ann Hale"),
        ("Cllr Tom Hale met staff. The councillor will pay.", "The councillor", "Tom Hale"),
        ("Ryanair CEO Michael O'Dea met staff. The CEO will pay.", "The CEO", "Michael O'Dea"),
        ("Michael O'Dea, the CEO of Ryanair, met staff. The CEO will pay.", "The CEO", "Michael O'Dea"),
        ("Ryanair CEO Michael O'Dea met staff. Mr O'Dea will pay.", "Mr O'Dea", "Michael O'Dea"),
        (
            "Mayor Ann Hale met the Mayor of London Sam Khan. Mayor Ann Hale left. The mayor of London stayed.",
            "The mayor of London",
            "Sam Khan",
        ),
    ],
)
def test_an_office_however_it_is_written_goes_to_its_holder(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Former prime minister Liz Hale spoke. The prime minister left.", "The prime minister", "prime minister"),
        ("The former Home Secretary Liz Hale spoke. The home secretary left.", "The home secretary", "home secretary"),
        ("Shadow home secretary Liz Hale spoke. The home secretary left.", "The home secretary", "home secretary"),
        ("Ann Hale, the deputy mayor, spoke. The mayor will respond.", "The mayor", "mayor"),
        ("Ex-chancellor Ann Hale spoke. The chancellor will respond.", "The chancellor", "chancellor"),
        ("Ann Hale, the former mayor, spoke. The former mayor left.", "The former mayor", "Ann Hale"),
    ],
)
def test_who_held_an_office_or_stands_beside_it_does_not_hold_it(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Mr Hale met Mrs Cole on Monday. She will pay him.", "She", "Mrs Cole"),
        ("Mrs Hale met Mr Cole on Monday. He will pay her.", "He", "Mr Cole"),
        ("After meeting Ann Cole, Tom Hale said he would pay.", "he", "Tom Hale"),
        ("Moira Hale met Tom Cole on Monday. He will pay her.", "He", "Tom Cole"),
        ("Moira Hale's lawyer, Tom Cole, said he would pay.", "he", "Tom Cole"),
        ("Tom Hale met Moira Cole on Monday. “I will pay,” she said.", "I", "Moira Cole"),
        ("Alex Hale met Tom Cole on Monday. He will pay.", "He", "Alex Hale"),
        ("Ann Hale's son, Tom Hale, said he would pay.", "he", "Tom Hale"),
        ("Lawyers for Ann Cole said she would pay.", "she", "Ann Cole"),
        ("Tom Hale met Ann Hale. Mrs Hale will pay.", "Mrs Hale", "Ann Hale"),
    ],
)
def test_a_pronoun_goes_to_nobody_whom_the_article_calls_otherwise(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Tom Hale and his wife, Ann Hale, came. Mrs Hale will pay.", "Mrs Hale", "Ann Hale"),
        ("Tom Hale and his wife, Ann Hale, came. Mr Hale will pay.", "Mr Hale", "Tom Hale"),
        ("Bill Hale spoke. Ann Hale was in Iowa. Mrs. Hale will return.", "Mrs. Hale", "Ann Hale"),
        ("Mr Hale and Mrs Hale came. Mrs Hale will pay.", "Mrs Hale", "Mrs Hale"),
        ("Chairman Ann Hale came. Ms Hale will pay.", "Ms Hale", "Ann Hale"),
        ("The Hale Foundation grew under Ann Hale. The Hale Foundation paid. Mrs Hale left.", "Mrs Hale", "Ann Hale"),
        ("Bo Jenkins Sr. came. Bo Jenkins Jr. will pay.", "Bo Jenkins Jr.", "Bo Jenkins Jr"),
    ],
)
def test_of_two_of_one_surname_the_title_tells_who_is_meant(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


def test_of_a_register_of_one_surname_each_keeps_the_whole_name() -> None:
    names = [f"{first}{second} Hale" for first in ("Ba", "Ce", "Di", "Ko", "Lu") for second in "mnrstlkdz"]
    text = " ".join(f"{name} came." for name in names)

    assert [_last_named(text, name) for name in names] == names


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Contractor Tarmac & Sons Ltd will pay.", "Contractor Tarmac & Sons Ltd", "Tarmac & Sons Ltd"),
        ("Singer Björk will pay. Later Björk left.", "Singer Björk", "Björk"),
        ("Labour's Ann Cole will pay. Ms Cole left.", "Labour's Ann Cole", "Ann Cole"),
        ("Sinn Féin's Mary Lou O'Dea will pay. Ms O'Dea left.", "Sinn Féin's Mary Lou O'Dea", "Mary Lou O'Dea"),
        ("The RMT's Ed Cole said the union would ballot.", "RMT's Ed Cole said the union", "Ed Cole"),
        ("Noor Sal of the Elm Workers Union said no.", "Noor Sal", "Noor Sal"),
        ("The Fraternal Order of Troopers said no.", "Fraternal Order of Troopers", "Fraternal Order of Troopers"),
        ("Ex-PM Liz Barlow will pay.", "Ex-PM Liz Barlow", "Liz Barlow"),
        ("PC Alan Stubbs will pay.", "PC Alan Stubbs", "Alan Stubbs"),
        ("It was PC Dace. PC Dace will pay.", "PC Dace", "PC Dace"),
        ("U.S. Secretary of State Marc Lee will pay.", "U.S. Secretary of State Marc Lee", "Marc Lee"),
        ("General Counsel Lou Stein met staff. Mr Stein will pay.", "Mr Stein", "Lou Stein"),
        ("It was Lord Justice Hale. Lord Justice Hale will sit.", "Lord Justice Hale", "Lord Justice Hale"),
        ("Manager Erik ten Hag met staff.", "Erik ten Hag", "Erik ten Hag"),
        ("Then Angel di Maria met staff.", "Angel di Maria", "Angel di Maria"),
    ],
)
def test_a_name_is_bare_and_whole(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Leader Ann Lee said the council would hire. The Arts Council met.", "the council", "council"),
        ("Leader Ann Lee said the council would hire. Leeds City Council met.", "the council", "Leeds City Council"),
        ("The Government met President Lavea. President Lavea's government left.",
         "President Lavea's government", "President Lavea's government"),
        ("Sen. Ann Park left. She called Park's office.", "Park's office", "Park's office"),
    ],
)  # fmt: skip
def test_a_body_is_none_of_another_kind_and_no_owner(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Fellside Motors met Elm Council. The company will pay.", "The company", "Fellside Motors"),
        ("Elm Airways met Marle Airlines. The airline will pay.", "The airline", "airline"),
        ("Northshire Police met us. The force will pay.", "The force", "Northshire Police"),
        ("The Elm Trust met Elm Rovers. The charity will pay.", "The charity", "Elm Trust"),
        ("They met. The company will pay Fellside Motors.", "The company", "company"),
    ],
)
def test_the_company_is_the_only_one_named_before(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Of 1,200 nurses, 900 nurses will strike.", "nurses", "900 nurses"),
        ("They met in 2013, nurses will strike.", "nurses", "nurses"),
        ("They met in 2013 the company agreed.", "the company", "company"),
    ],
)
def test_a_year_before_it_is_no_number_of_them(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Toyoda said it would close the plant.", "it", "Toyoda"),
        ("On Monday Toyoda said sales fell. It will close the plant.", "It", "Toyoda"),
        ("Lakes Steel, which has 300 staff, lost money. It will close the plant.", "It", "Lakes Steel"),
        ("Fellside Foods lost money. It will close the plant.", "It", "Fellside Foods"),
        ("Hostages were freed by the Creek Brigade. It will attack again.", "It", "Creek Brigade"),
        ("The Elm Trust met in Sikasso. Later Sikasso has rain. It said so.", "It", "Sikasso"),
        ("The Elm Trust has an office in Sikasso, which has rain. It will close.", "It", "Elm Trust"),
        ("Officials said it would rain.", "Officials", "Officials"),
        ("Anthony Steel met the Prime Minister. He will resign.", "He", "Anthony Steel"),
    ],
)
def test_it_is_a_body_or_a_name_that_acts_as_one(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Moira Keel of the Elm Workers’ Union will pay.", "Moira Keel", "Moira Keel"),
        ("Labour's Tom Hale will pay. Labour came.", "Labour's Tom Hale", "Tom Hale"),
        ("Real Elm's Tom Hale will pay.", "Real Elm's Tom Hale", "Tom Hale"),
        ("Prosecutor Amy Lutz will pay.", "Prosecutor Amy Lutz", "Amy Lutz"),
        ("Student Loans Company will pay.", "Student Loans Company", "Student Loans Company"),
        ("Speaker of the House John Boen will pay.", "Speaker of the House John Boen", "John Boen"),
        ("Then Maj. Dodd left. Maj. Dodd will pay.", "Maj. Dodd", "Maj. Dodd"),
        ("Sens. Ada Marsh and Tom Hale will pay.", "Sens. Ada Marsh and Tom Hale", "Sens. Ada Marsh and Tom Hale"),
        ("Elm Co. and Ash Motors will pay.", "Elm Co. and Ash Motors", "Elm Co. and Ash Motors"),
        ("Ada Marsh and her husband Tom will pay.", "Ada Marsh and her husband Tom", "Ada Marsh and her husband Tom"),
    ],
)
def test_names_as_news_writes_them(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The Leeds striker Ole Lund spoke to Tom Hale. The striker will play.", "The striker", "Ole Lund"),
        ("Ole Lund, a Leeds striker, spoke. Tom Hale left. The striker will play.", "The striker", "Ole Lund"),
        ("Ole Lund joined from Leeds. The 45-year-old will play.", "The 45-year-old", "Ole Lund"),
        ("Ole Lund joined from Leeds. The Norwegian will play.", "The Norwegian", "Ole Lund"),
        ("Ole Lund met Tom Hale. The Norwegian will play.", "The Norwegian", "Norwegian"),
        ("Ole Lund joined from Leeds. Norwegian clubs will pay.", "Norwegian clubs", "Norwegian clubs"),
        ("Ole Lund joined from Leeds. A striker will play.", "A striker", "striker"),
        ("Ole Lund met staff. The nominee will speak.", "The nominee", "nominee"),
        ("Sen. Joe Mann (D-W.Va.) spoke to Tom Hale. The Democrat will vote no.", "The Democrat", "Joe Mann"),
        ("Joe Mann, a Democrat, spoke. The Ohio Democrat will vote no.", "The Ohio Democrat", "Joe Mann"),
        ("Then carmaker Toyoda apologised. The carmaker will recall cars.", "The carmaker", "Toyoda"),
        ("Then carmaker Toyoda apologised. The Nagoya-based firm will pay.", "The Nagoya-based firm", "Toyoda"),
        ("Then Norbank has apologised. The bank will pay.", "The bank", "Norbank"),
        ("Then Norbank has apologised. The head of the bank will pay.", "The head of the bank", "head of the bank"),
        ("In Ghent, the company makes cars. The company will pay.", "The company", "company"),
        ("Then Toyoda’s shares and Hondo’s shares fell. The company will pay.", "The company", "company"),
        ("Ghana's Adom Motors will pay.", "Ghana's Adom Motors", "Adom Motors"),
    ],
)  # fmt: skip
def test_who_is_described_is_whom_the_article_tells_to_be_so(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Junior doctors said they would strike.", "they", "Junior doctors"),
        ("The nurses have voted. The Elm Trust is calm. They will strike.", "They", "nurses"),
        ("The Elm Trust makes papers. The papers are cheap. They will go.", "They", "Elm Trust"),
        ("Ada Marsh and Tom Hale said on Monday that they would marry.", "they", "Ada Marsh and Tom Hale"),
        ("The Senate met. The Trumm campaign said it would sue.", "it", "Trumm campaign"),
        ("The Swedish carmaker Volvo said on Monday it would sue.", "it", "Volvo"),
        ("Islamic State said it would attack.", "it", "Islamic State"),
        ("The Elm Trust met. Ada Marsh said it would sue.", "it", "Elm Trust"),
        ("The Elm Trust met. Officials said it would sue.", "it", "Elm Trust"),
        ("According to Ada Marsh, she will sue.", "she", "Ada Marsh"),
    ],
)
def test_it_and_they_go_to_the_subject_who_says_so(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("BERLIN (Reuters) - Carmaker Volkmar (VLKG.DE) said on Monday it would recall cars.", "it", "Volkmar"),
        ("BERLIN (AP) — It rained on Volkmar (NYSE: VK). Volkmar will pay. It will recall cars.", "It", "Volkmar"),
    ],
)
def test_a_ticker_and_an_agency_in_brackets_are_nobody(text: str, words: str, expected: str) -> None:
    assert _last_named(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (
            "And my Rt Hon Friend the Home Secretary will speak. Then we vote.",
            "Friend the Home Secretary",
            "Home Secretary",
        ),
        ("Today the Chief Medical Officer will write to all.", "the Chief Medical Officer", "Chief Medical Officer"),
        ("I met Chief Medical Officer Gregor Vane. He will write.", "He", "Gregor Vane"),
        ("The NRS will hire. Then NRS Northvale Services paid, and NRS boards open beds.", "NRS boards", "NRS"),
        ("The NRS Northvale Services will hire. Now the NRS buys.", "the NRS", "NRS Northvale Services"),
    ],
)
def test_an_office_is_whole_and_a_part_of_a_body_is_not_the_body(text: str, words: str, expected: str) -> None:
    place = text.index(words)
    actor = Cast(document_of(text)).resolve(Mention(text=words, span=Span(start=place, end=place + len(words))))
    assert actor is not None
    assert actor.name == expected


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [("Organiser Ada Marsh said it is off. It rains.", "Organiser Ada Marsh", "Ada Marsh"),
     ("Councilwoman Ada Marsh vowed to vote no. It rains.", "Councilwoman Ada Marsh", "Ada Marsh"),
     ("The children’s charity Lantern will close. Lantern began in 1961.", "charity Lantern", "Lantern"),
     ("The children’s charity Lantern will close. The charity is old.", "charity is", "Lantern"),
     ("Hale’s mother, Ada, said she would sue. Bo Hale died in May.", "Hale’s mother", "Hale’s mother, Ada"),
     ("Hale’s mother, Ada Marsh, said she would sue. Bo Hale died.", "Hale’s mother", "Ada Marsh")],
)  # fmt: skip
def test_what_is_told_beside_a_name_stands_for_it(text: str, words: str, name: str) -> None:
    start, words = text.index(words), words.removesuffix(" is")
    actor = Cast(document_of(text)).resolve(Mention(text=words, span=Span(start=start, end=start + len(words))))
    assert actor is not None
    assert actor.name == name


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("Mayor Dan Hale met Tom Ashe. The mayor was tired. He will rest.", "He", "Dan Hale"),
        ("Mayor Dan Hale spoke. The mayor told Tom Ashe that he would rest.", "he", "Dan Hale"),
        ("Mayor Ann Hale met Tom Ashe. The mayor thanked Tom Ashe. He will rest.", "He", "Tom Ashe"),
        ("Mayor Dan Hale spoke. The mayor of Elm met Tom Ashe. He will rest.", "He", "Tom Ashe"),
    ],
)
def test_a_pronoun_goes_to_the_office_that_its_sentence_or_the_one_before_begins_with(
    text: str, words: str, name: str
) -> None:
    assert _last_named(text, words) == name


def test_a_headline_that_stops_at_an_abbreviation_names_nobody() -> None:
    text = "Elm Council To Ban Larger Trucks From The U.S. As Pollution Rises.\n\nElm council will ban trucks."
    document = document_of(text, title="Elm Council To Ban Larger Trucks From The U.S. As Pollution Rises")
    assert not any("Trucks" in name for name in Cast(document).names())


def test_what_a_hyphen_joins_to_a_name_is_no_body() -> None:
    text = "She spoke to a pro-Elm group. Elm grows."
    assert "Elm group" not in Cast(document_of(text)).names()
