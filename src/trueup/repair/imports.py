"""Names that Python programs import → the packages that bring them, where the two differ.

Only hints: each is asked for in the index before it is used, and an import that is not listed
is looked for under its own name.
"""

DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cairo": "pycairo",
    "cv2": "opencv-python-headless",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "dateutil": "python-dateutil",
    "discord": "discord.py",
    "distutils": "setuptools",
    "django": "Django",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "fitz": "PyMuPDF",
    "flask": "Flask",
    "flask_bcrypt": "Flask-Bcrypt",
    "flask_cors": "Flask-Cors",
    "flask_jwt_extended": "Flask-JWT-Extended",
    "flask_login": "Flask-Login",
    "flask_migrate": "Flask-Migrate",
    "flask_restful": "Flask-RESTful",
    "flask_socketio": "Flask-SocketIO",
    "flask_sqlalchemy": "Flask-SQLAlchemy",
    "flask_wtf": "Flask-WTF",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "MySQLdb": "mysqlclient",
    "corsheaders": "django-cors-headers",
    "decouple": "python-decouple",
    "dns": "dnspython",
    "faiss": "faiss-cpu",
    "git": "GitPython",
    "github": "PyGithub",
    "gitlab": "python-gitlab",
    "google.auth": "google-auth",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.cloud.pubsub": "google-cloud-pubsub",
    "google.cloud.storage": "google-cloud-storage",
    "google.generativeai": "google-generativeai",
    "google.oauth2": "google-auth",
    "google.protobuf": "protobuf",
    "googleapiclient": "google-api-python-client",
    "grpc": "grpcio",
    "grpc_tools": "grpcio-tools",
    "importlib_metadata": "importlib-metadata",
    "jinja2": "Jinja2",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "markdown": "Markdown",
    "markupsafe": "MarkupSafe",
    "memcache": "python-memcached",
    "multipart": "python-multipart",
    "mysql.connector": "mysql-connector-python",
    "nacl": "PyNaCl",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "pymysql": "PyMySQL",
    "rest_framework": "djangorestframework",
    "rest_framework_simplejwt": "djangorestframework-simplejwt",
    "ruamel.yaml": "ruamel.yaml",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack_sdk": "slack-sdk",
    "slugify": "python-slugify",
    "snappy": "python-snappy",
    "socketio": "python-socketio",
    "engineio": "python-engineio",
    "sqlalchemy": "SQLAlchemy",
    "telegram": "python-telegram-bot",
    "unidecode": "Unidecode",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "werkzeug": "Werkzeug",
    "xdg": "pyxdg",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
LIMITS = {"pkg_resources": "<81"}
"""What was taken out of a package later."""

COMMANDS = {
    "alembic": "alembic",
    "celery": "celery",
    "daphne": "daphne",
    "django-admin": "Django",
    "flask": "Flask",
    "gunicorn": "gunicorn",
    "hypercorn": "hypercorn",
    "jupyter": "jupyter",
    "mkdocs": "mkdocs",
    "pytest": "pytest",
    "streamlit": "streamlit",
    "supervisord": "supervisor",
    "uvicorn": "uvicorn",
    "uwsgi": "uWSGI",
    "waitress-serve": "waitress",
}
"""Commands that Python packages bring."""

OLD = frozenset(
    {
        "BaseHTTPServer",
        "ConfigParser",
        "Cookie",
        "HTMLParser",
        "Queue",
        "SocketServer",
        "StringIO",
        "Tkinter",
        "__builtin__",
        "asynchat",
        "asyncore",
        "cPickle",
        "cStringIO",
        "commands",
        "cookielib",
        "httplib",
        "imp",
        "md5",
        "sets",
        "urllib2",
        "urlparse",
        "xmlrpclib",
    }
)
"""Modules of Python itself that are no more: a package of that name is something else."""


def distribution(module: str) -> str:
    """Return the package that brings a module: the listed one, or what has its own name."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if known := DISTRIBUTIONS.get(".".join(parts[:length])):
            return known
    return parts[0]


def is_listed(module: str) -> bool:
    """Say whether the package of a module is known, and not only guessed from its name."""
    parts = module.split(".")
    return any(".".join(parts[:length]) in DISTRIBUTIONS for length in range(len(parts), 0, -1))
