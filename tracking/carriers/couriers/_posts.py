"""The posts of the world by ISO country code, as named on S10 items; a plain table."""

_TABLE = """
AD La Poste / Correos (Andorra)|AE Emirates Post|AF Afghan Post|AG Antigua Postal Services|AI Anguilla Post
AL Posta Shqiptare|AM Haypost|AN Nieuwe Post Nederlandse Antillen|AO Correios de Angola|AR Correo Argentino
AS USPS (American Samoa)|AT Österreichische Post|AU Australia Post|AW Post Aruba|AX Åland Post|AZ Azerpoçt
BA BH Pošta|BB Barbados Postal Service|BD Bangladesh Post Office|BE bpost|BF La Poste Burkina Faso
BG Bulgarian Posts|BH Bahrain Post|BI Poste du Burundi|BJ La Poste du Bénin|BL La Poste (Saint-Barthélemy)
BM Bermuda Post Office|BN Brunei Postal Services|BO Correos de Bolivia|BQ Flamingo Express Dutch Caribbean
BR Correios|BS Bahamas Postal Service|BT Bhutan Post|BW BotswanaPost|BY Belpochta|BZ Belize Postal Service
CA Canada Post|CD Poste Congolaise (DRC)|CF Poste Centrafricaine|CG Poste du Congo|CH Swiss Post
CI La Poste de Côte d'Ivoire|CK Cook Islands Post|CL Correos de Chile|CM Campost|CN China Post|CO 4-72
CR Correos de Costa Rica|CU Correos de Cuba|CV Correios de Cabo Verde|CW Cpost International
CX Australia Post (Christmas Island)|CY Cyprus Post|CZ Česká pošta|DE Deutsche Post|DJ La Poste de Djibouti
DK PostNord Danmark|DM Dominica Post|DO Inposdom|DZ Algérie Poste|EC Correos del Ecuador|EE Omniva|EG Egypt Post
ER Eritrean Postal Service|ES Correos|ET Ethio Post|FI Posti|FJ Post Fiji|FK Falkland Islands Post Service
FM FSM Postal Services|FO Posta (Faroe Islands)|FR La Poste|GA La Poste du Gabon|GB Royal Mail
GD Grenada Postal Corporation|GE Georgian Post|GF La Poste (Guyane)|GG Guernsey Post|GH Ghana Post
GI Royal Gibraltar Post Office|GL Tusass (Greenland)|GM Gampost|GN La Poste Guinéenne|GP La Poste (Guadeloupe)
GQ Correos de Guinea Ecuatorial|GR Hellenic Post (ELTA)|GT Correos de Guatemala|GU USPS (Guam)
GW Correios da Guiné-Bissau|GY Guyana Post Office|HK Hongkong Post|HN Honducor|HR Hrvatska pošta|HT Poste d'Haïti
HU Magyar Posta|ID Pos Indonesia|IE An Post|IL Israel Post|IM Isle of Man Post Office|IN India Post|IQ Iraqi Post
IR Iran Post|IS Pósturinn|IT Poste Italiane|JE Jersey Post|JM Jamaica Post|JO Jordan Post|JP Japan Post
KE Posta Kenya|KG Kyrgyz Pochtasy|KH Cambodia Post|KI Kiribati Post|KM La Poste des Comores
KN St Kitts and Nevis Postal Services|KP Korea Post (DPRK)|KR Korea Post|KW Kuwait Post
KY Cayman Islands Postal Service|KZ Kazpost|LA Entreprise des Postes Lao|LB LibanPost|LC Saint Lucia Postal Service
LI Liechtensteinische Post|LK Sri Lanka Post|LR Liberia Postal Service|LS Lesotho Post|LT Lietuvos paštas
LU POST Luxembourg|LV Latvijas Pasts|LY Libya Post|MA Barid Al-Maghrib|MC La Poste Monaco|MD Poșta Moldovei
ME Pošta Crne Gore|MF La Poste (Saint-Martin)|MG Paositra Malagasy|MH USPS (Marshall Islands)
MK Pošta na Severna Makedonija|ML La Poste du Mali|MM Myanma Posts|MN Mongol Post|MO Macao Post
MP USPS (Northern Marianas)|MQ La Poste (Martinique)|MR Mauripost|MS Montserrat Postal Service|MT MaltaPost
MU Mauritius Post|MV Maldives Post|MW Malawi Posts|MX Correos de México|MY Pos Malaysia|MZ Correios de Moçambique
NA NamPost|NC OPT Nouvelle-Calédonie|NE Niger Poste|NF Norfolk Island Post|NG NIPOST|NI Correos de Nicaragua
NL PostNL|NO Posten Norge|NP Nepal Post|NR Nauru Post|NU Niue Post|NZ NZ Post|OM Oman Post|PA Correos de Panamá
PE Serpost|PF Fare Rata|PG Post PNG|PH PHLPost|PK Pakistan Post|PL Poczta Polska
PM La Poste (Saint-Pierre-et-Miquelon)|PN Pitcairn Islands Post|PR USPS (Puerto Rico)|PS Palestine Post|PT CTT
PW USPS (Palau)|PY Correo Paraguayo|QA Qatar Post|RE La Poste (Réunion)|RO Poșta Română|RS Pošta Srbije
RU Russian Post|RW Iposita|SA Saudi Post|SB Solomon Post|SC Seychelles Postal Services|SD Sudapost
SE PostNord Sverige|SG Singapore Post|SH St Helena Post Office|SI Pošta Slovenije|SK Slovenská pošta|SL Salpost
SM Poste San Marino|SN La Poste du Sénégal|SO Somali Post|SR Surpost|SS South Sudan Post|ST Correios de São Tomé
SV Correos de El Salvador|SX Postal Services St Maarten|SY Syrian Post|SZ Eswatini Post|TC Turks and Caicos Post
TD La Poste du Tchad|TF La Poste (TAAF)|TG La Poste du Togo|TH Thailand Post|TJ Tajik Post
TL Correios de Timor-Leste|TM Türkmenpoçta|TN La Poste Tunisienne|TO Tonga Post|TR PTT|TT TTPost|TV Tuvalu Post
TW Chunghwa Post|TZ Tanzania Posts|UA Ukrposhta|UG Posta Uganda|US USPS|UY Correo Uruguayo|UZ Oʻzbekiston pochtasi
VA Poste Vaticane|VC St Vincent and the Grenadines Post|VE Ipostel|VG BVI Post|VI USPS (Virgin Islands)
VN Vietnam Post|VU Vanuatu Post|WF Poste de Wallis-et-Futuna|WS Samoa Post|XK Posta e Kosovës|YE Yemen Post
YT La Poste (Mayotte)|ZA South African Post Office|ZM Zampost|ZW Zimpost
"""

POSTS = {entry[:2]: entry[3:] for line in _TABLE.strip().splitlines() for entry in line.split("|")}
"""The post's name by the two letters that an S10 number ends with."""
